# An origin that serves files, and cables of several lengths to it. Sourced by scripts/bench (bash).
#
# The origin lives in one network namespace, whoever asks it in another. At 0 ms both are in the origin's, over loopback.
server=pulse-bench-$$-s
clients=pulse-bench-$$-c
port=8080
trips="20 50 100"

namespace_of() { if [ "$1" = 0 ]; then echo "$server"; else echo "$clients"; fi; }
origin_at() { if [ "$1" = 0 ]; then echo "http://127.0.0.1:$port"; else echo "http://10.213.$1.1:$port"; fi; }
# Runs a command as one that is so many milliseconds there and back from the origin. Mounts made so are seen by all, which
# those made under `ip netns exec` are not.
away() {
    local trip=$1
    shift
    nsenter --net="/run/netns/$(namespace_of "$trip")" "$@"
}

network_up() {
    local name trip
    for name in "$server" "$clients"; do
        ip netns add "$name"
        ip -n "$name" link set lo up
    done
    for trip in $trips; do lay_cable "$trip"; done
}
lay_cable() {
    local trip=$1 waited=0 name
    "$bench" delay "/run/netns/$clients" "/run/netns/$server" --device "pulse$trip" --round-trip "$trip" \
        > "$scratch/cable-$trip" &
    started+=($!)
    until grep -qs ready "$scratch/cable-$trip"; do
        ((++waited < 100)) || { say "no cable of $trip ms: are there TUN devices (/dev/net/tun)?"; return 1; }
        sleep 0.05
    done
    ip -n "$server" addr add "10.213.$trip.1/30" dev "pulse$trip"
    ip -n "$clients" addr add "10.213.$trip.2/30" dev "pulse$trip"
    for name in "$server" "$clients"; do ip -n "$name" link set "pulse$trip" txqueuelen 10000 up; done
}
network_down() {
    local name
    for name in "$server" "$clients"; do
        [ ! -e "/run/netns/$name" ] || ip netns del "$name" || true
    done
}

origin_up() {
    local waited=0
    "$bench" publish "$scratch/origin" --origin "http://127.0.0.1:$port"
    mkdir "$scratch/nginx"
    cat > "$scratch/nginx/nginx.conf" <<CONF
user root;
worker_processes 1;
daemon off;
pid $scratch/nginx/pid;
error_log $scratch/nginx/error.log warn;
events { worker_connections 4096; }
http {
    log_format asked '\$request_method \$status \$http_range \$request_uri';
    access_log $scratch/nginx/access.log asked;
    client_body_temp_path $scratch/nginx/body;
    proxy_temp_path $scratch/nginx/proxy;
    fastcgi_temp_path $scratch/nginx/fastcgi;
    uwsgi_temp_path $scratch/nginx/uwsgi;
    scgi_temp_path $scratch/nginx/scgi;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    types { image/png png; text/markdown md; }
    server {
        listen $port backlog=4096;
        root $scratch/origin;
        location /job/ { default_type application/json; }
        location /job/crawl- { default_type application/json; limit_rate 1; }
        # 50 Mbit/s.
        location /job/wide- { default_type application/json; limit_rate 6250000; }
        location /job/wide-gzip { default_type application/json; limit_rate 6250000; gzip on; gzip_types application/json; }
        location /large_results/ { default_type application/json; }
        location /results { autoindex on; }
        location /results/crawl/ { limit_rate 1000; }
    }
}
CONF
    nsenter --net="/run/netns/$server" nginx -c "$scratch/nginx/nginx.conf" -p "$scratch/nginx" 2> "$scratch/nginx/said" &
    started+=($!)
    until away 0 curl -fs -o /dev/null "$(origin_at 0)/job/big"; do
        ((++waited < 100)) || { cat "$scratch/nginx/said" >&2; return 1; }
        sleep 0.05
    done
}

# Requests are logged when they end, a moment after the asker has the last byte.
mark() { sleep 0.2; marked=$(wc -l < "$scratch/nginx/access.log"); }
asked() { sleep 0.2; tail -n +$((marked + 1)) "$scratch/nginx/access.log"; }
# How many requests since the mark have a line that matches.
count_asked() { asked | grep -cE -- "$1" || true; }
