#!/bin/sh
### BEGIN INIT INFO
# Provides:          app
# Required-Start:    $local_fs $remote_fs $network $syslog
# Required-Stop:     $local_fs $remote_fs $network $syslog
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: FastCGI application app
### END INIT INFO

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# The number in the file may be that of another program by now: the user has to be right as well.
RUNAS=www-data
PIDFILE=${PIDFILE:-/run/app.pid}
LOGFILE=${LOGFILE:-/var/log/app.log}

start() {
    start-stop-daemon --start --quiet --oknodo --background --make-pidfile --pidfile "$PIDFILE" --user "$RUNAS" \
        --output "$LOGFILE" \
        --startas /usr/bin/spawn-fcgi -- -n -s /run/app.sock -M 0660 -G www-data -u www-data -- /srv/app/server.js
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
        if [ $code -eq 0 ]; then echo "app is running"; else echo "app is not running"; fi
        exit $code
        ;;
    *)
        echo "Usage: $0 {start|stop|restart|try-restart|force-reload|status}" >&2
        exit 2
        ;;
esac
