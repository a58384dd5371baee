<?php
// The routes of the probe contract for php-fpm:
//   fcgi conformance /run/php/php-fpm.sock --param SCRIPT_FILENAME=/path/to/probe.php
// /exit is not offered: php-fpm has no appStatus of a script.

header('Content-Type: text/plain');
$query = $_SERVER['QUERY_STRING'] ?? '';
$number = (int) $query;

switch ($_SERVER['PATH_INFO'] ?? '') {
    case '/echo':
        echo file_get_contents('php://input');
        break;
    case '/param':
        if (array_key_exists($query, $_SERVER) && !in_array($query, ['argv', 'argc', 'PHP_SELF', 'REQUEST_TIME', 'REQUEST_TIME_FLOAT'], true)) {
            echo $_SERVER[$query];
        } else {
            http_response_code(404);
            echo 'absent';
        }
        break;
    case '/big':
        if ($_SERVER['REQUEST_METHOD'] === 'HEAD') {
            break;
        }
        $letters = str_repeat('abcdefghijklmnopqrstuvwxyz', 1000);
        for ($left = $number; $left > 0; $left -= strlen($letters)) {
            echo $left < strlen($letters) ? substr($letters, 0, $left) : $letters;
        }
        break;
    case '/slow':
        usleep($number * 1000);
        echo 'slow';
        break;
    case '/early':
        echo 'early';
        break;
    case '/partial':
        $input = fopen('php://input', 'rb');
        fread($input, $number);
        echo 'partial';
        break;
    case '/nothing':
        break;
    case '/status':
        http_response_code($number);
        if ($number !== 204 && $number !== 304) {
            echo 'status';
        }
        break;
    case '/redirect':
        header('Location: http://localhost/elsewhere');
        break;
    case '/cookies':
        header('Set-Cookie: a=1', false);
        header('Set-Cookie: b=2', false);
        echo 'cookies';
        break;
    case '/stderr':
        ini_set('log_errors', '1');
        ini_set('error_log', '');
        ini_set('log_errors_max_len', '0');
        error_log(str_repeat('E', $number));
        echo 'stderr';
        break;
    case '/exit':
        http_response_code(501);
        break;
    default:
        echo 'probe';
}
