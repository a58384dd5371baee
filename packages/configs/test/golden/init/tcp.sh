#!/bin/sh
### BEGIN INIT INFO
# Provides:          your-application
# Required-Start:    $local_fs $remote_fs $network $syslog
# Required-Stop:     $local_fs $remote_fs $network $syslog
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: FastCGI application your-application
### END INIT INFO

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
NODE_ENV=production
export NODE_ENV
GREETING='hello $world 100% \o/'
export GREETING
# The number in the file may be that of another program by now: the user has to be right as well.
RUNAS=www-data
PIDFILE=${PIDFILE:-/run/your-application.pid}
LOGFILE=${LOGFILE:-/var/log/your-application.log}

start() {
    start-stop-daemon --start --quiet --oknodo --background --make-pidfile --pidfile "$PIDFILE" --user "$RUNAS" \
        --chdir /srv/app --output "$LOGFILE" \
        --startas /usr/bin/spawn-fcgi -- -n -a 127.0.0.1 -p 9000 -u www-data -g www-data -- /usr/bin/node /srv/app/server.js --title 'a "b" $c %d'
}

# The application ends its requests after SIGTERM, and has 30 s for them.
stop() {
    start-stop-daemon --stop --quiet --oknodo --remove-pidfile --retry TERM/35/KILL/5 --pidfile "$PIDFILE" --user "$RUNAS"
}

status() {
    start-stop-daemon --status --pidfile "$PIDFILE" --user "$RUNAS"
}

case "$1" in
    start) start ;;
    stop) stop ;;
    restart | force-reload) stop && start ;;
    try-restart) status && stop && start ;;
    status)
        status
        code=$?
        if [ $code -eq 0 ]; then echo "your-application is running"; else echo "your-application is not running"; fi
        exit $code
        ;;
    *)
        echo "Usage: $0 {start|stop|restart|try-restart|force-reload|status}" >&2
        exit 2
        ;;
esac
