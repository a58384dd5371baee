<?php
// What php-fpm is asked to do, by the value of "do" in the query. $_GET['file'] is where to leave a note.
switch ($_GET['do'] ?? '') {
    case 'echo':
        header('Content-Type: application/json');
        $body = file_get_contents('php://input');
        echo json_encode([
            'method' => $_SERVER['REQUEST_METHOD'],
            'uri' => $_SERVER['REQUEST_URI'],
            'length' => strlen($body),
            'sha256' => hash('sha256', $body),
            'post' => $_POST,
            'header' => $_SERVER['HTTP_X_ONE'] ?? null,
            'proxy' => $_SERVER['HTTP_PROXY'] ?? null,
        ]);
        break;
    case 'param':
        echo strlen($_SERVER[$_GET['name']] ?? ''), ' ', hash('sha256', $_SERVER[$_GET['name']] ?? '');
        break;
    case 'upload':
        header('Content-Type: application/json');
        $file = $_FILES['file'];
        echo json_encode([
            'name' => $file['name'],
            'type' => $file['type'],
            'error' => $file['error'],
            'size' => $file['size'],
            'sha256' => hash_file('sha256', $file['tmp_name']),
            'field' => $_POST['field'],
        ]);
        break;
    case 'session':
        session_start();
        $_SESSION['count'] = ($_SESSION['count'] ?? 0) + 1;
        echo $_SESSION['count'];
        break;
    case 'headers':
        http_response_code(418);
        setcookie('a', '1');
        setcookie('b', '2');
        header('X-Latin: ' . "caf\xe9");
        header('Content-Type: text/plain;charset=UTF-8');
        echo 'teapot';
        break;
    case 'redirect':
        header('Location: ' . $_GET['to']);
        break;
    case 'big':
        $piece = str_repeat('0123456789abcdef', 65536);
        for ($i = 0; $i < (int) $_GET['megabytes']; $i++) echo $piece;
        break;
    case 'finish':
        echo 'answered';
        fastcgi_finish_request();
        for ($i = 0; $i < 1000 && !file_exists($_GET['file'] . '-go'); $i++) {
            usleep(10000);
            clearstatcache();
        }
        file_put_contents($_GET['file'], 'went on');
        break;
    case 'log':
        error_log("one line");
        error_log("another, \x1b[31mred\x1b[0m");
        echo 'logged';
        break;
    case 'slow':
        for ($i = 0; $i < 500; $i++) {
            echo "line $i\n";
            flush();
            usleep(20000);
        }
        break;
    case 'wait':
        usleep(1000 * (int) $_GET['milliseconds']);
        echo 'waited';
        break;
    case 'fatal':
        echo 'before';
        flush();
        undefined_function();
        break;
    default:
        echo 'hello';
}
