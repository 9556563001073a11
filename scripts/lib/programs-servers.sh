# shellcheck shell=bash
# Servers, and clients of theirs.
me=$(id -un)
http=$(port)
mkdir "$work/nginx"
cat > "$work/nginx.conf" <<CONF
daemon off; master_process off; pid $work/nginx.pid; error_log $work/nginx/error.log; user $me;
events {}
http {
    access_log off;
    client_body_temp_path $work/nginx/b; proxy_temp_path $work/nginx/p; fastcgi_temp_path $work/nginx/f;
    uwsgi_temp_path $work/nginx/u; scgi_temp_path $work/nginx/s;
    server { listen 127.0.0.1:$http; sendfile on; root $work; autoindex on; }
}
CONF
serve /usr/sbin/nginx -c "$work/nginx.conf"
for _ in $(seq 100); do curl -fsS "http://127.0.0.1:$http/mnt/README.txt" -o /dev/null 2> /dev/null && break; sleep 0.05; done
with_nginx() {
    local path
    while read -r _ path; do
        curl -fsS "http://127.0.0.1:$http/mnt/jobs/$path" | cmp - "$work/served/$path" || return 1
    done < "$work/served.sums"
    curl -fsS "http://127.0.0.1:$http/mnt/jobs/annual-report-fy2024/images/" | grep -c '<a ' | grep -qx 7
}
silent "nginx: sendfile of all, and autoindex" with_nginx

with_sftp() {
    mkdir "$work/copies/sftp"
    printf 'get -r %s/. %s\n' "$mnt/jobs" "$work/copies/sftp" | sftp -q -b - -D /usr/lib/openssh/sftp-server && same "$work/copies/sftp"
}
silent "sftp get -r" with_sftp

smb=$(port)
mkdir -p "$work"/samba/{lock,state,cache,pid,private,ncalrpc} "$work/copies/samba"
cat > "$work/smb.conf" <<CONF
[global]
server role = standalone server
interfaces = lo
bind interfaces only = yes
smb ports = $smb
disable netbios = yes
load printers = no
printcap name = /dev/null
disable spoolss = yes
lock directory = $work/samba/lock
state directory = $work/samba/state
cache directory = $work/samba/cache
pid directory = $work/samba/pid
private dir = $work/samba/private
ncalrpc dir = $work/samba/ncalrpc
log file = $work/samba/log
map to guest = bad user
guest account = $me
[warm]
path = $mnt/jobs
guest ok = yes
force user = $me
[cold]
path = $work/cold
guest ok = yes
force user = $me
CONF
serve /usr/sbin/smbd --foreground --configfile "$work/smb.conf"
smbget() { # SHARE DIRECTORY TO
    (cd "$3" && smbclient -s "$work/smb.conf" -N -p "$smb" "//127.0.0.1/$1" -D "$2" -c 'recurse on; prompt off; mget *')
}
for _ in $(seq 100); do smbclient -s "$work/smb.conf" -N -p "$smb" //127.0.0.1/warm -c ls > /dev/null 2>&1 && break; sleep 0.05; done
with_samba() { smbget warm / "$work/copies/samba" && same "$work/copies/samba"; }
silent "Samba: smbclient mget of all" with_samba
cold annual-report-fy2024
cold_samba() { mkdir "$work/copies/coldsamba" && smbget cold /jobs/annual-report-fy2024 "$work/copies/coldsamba" &&
    same_job "$work/copies/coldsamba" annual-report-fy2024; }
costs "6 + 6" "Samba: six images that are not cached" cold_samba

# NFS-Ganesha opens files by their handles, which is for root; libnfs reads from it, as many kernels are no client of NFS.
handles() { # DIRECTORY: its files have handles, by which they can be opened
    python3 - "$1" <<'PY'
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
handle = ctypes.create_string_buffer(bytes([120, 0, 0, 0, 0, 0, 0, 0]) + bytes(120), 128)
mount = ctypes.c_int()
if libc.name_to_handle_at(-100, os.fsencode(sys.argv[1]), handle, ctypes.byref(mount), 0) != 0:
    sys.exit("files there have no handles: " + os.strerror(ctypes.get_errno()))
place = os.open(sys.argv[1], os.O_RDONLY)
if libc.open_by_handle_at(place, handle, os.O_RDONLY) < 0:
    sys.exit("no file can be opened by its handle: " + os.strerror(ctypes.get_errno()))
PY
}
nfs=$(port)
mkdir "$work/nfs" "$work/copies/nfs" "$work/copies/coldnfs"
cat > "$work/ganesha.conf" <<CONF
NFS_CORE_PARAM { NFS_Port = $nfs; Protocols = 4; Bind_addr = 127.0.0.1; Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = false; }
NFSv4 { Graceless = true; RecoveryBackend = fs; RecoveryRoot = $work/nfs; }
EXPORT { Export_Id = 1; Path = $mnt; Pseudo = /warm; Access_Type = RO; Squash = none; SecType = sys; Filesystem_id = 1.1; FSAL { Name = VFS; } }
EXPORT { Export_Id = 2; Path = $work/cold; Pseudo = /cold; Access_Type = RO; Squash = none; SecType = sys; Filesystem_id = 2.2; FSAL { Name = VFS; } }
CONF
nfsget() { # EXPORT DIRECTORY TO
    local mode size path
    nfs-ls -R "nfs://127.0.0.1/$1/$2?version=4&nfsport=$nfs" > "$work/nfs.list" || return 1
    while read -r mode _ _ _ size path; do
        case "$mode" in d*) mkdir -p "$3/$path"; continue ;; esac
        mkdir -p "$(dirname "$3/$path")"
        nfs-cat "nfs://127.0.0.1/$1/$2/$path?version=4&nfsport=$nfs" > "$3/$path" || return 1
        [ "$(stat -c %s "$3/$path")" = "$size" ] || { echo "$path has not $size bytes" >&2; return 1; }
    done < "$work/nfs.list"
}
with_nfs() { nfsget warm jobs "$work/copies/nfs" && same "$work/copies/nfs"; }
cold_nfs() { nfsget cold jobs/annual-report-fy2024 "$work/copies/coldnfs" && same_job "$work/copies/coldnfs" annual-report-fy2024; }
if reason=$(handles "$mnt/jobs" 2>&1); then
    cold annual-report-fy2024
    serve /usr/bin/ganesha.nfsd -F -f "$work/ganesha.conf" -L "$work/nfs/log" -p "$work/nfs/pid"
    for _ in $(seq 150); do nfs-ls "nfs://127.0.0.1/warm?version=4&nfsport=$nfs" > /dev/null 2>&1 && break; sleep 0.1; done
    silent "NFS-Ganesha: all of the mount, read by libnfs" with_nfs
    costs "6 + 6" "NFS-Ganesha: six images that are not cached" cold_nfs
    # It holds both mounts.
    kill "${pids[-1]}" && { wait "${pids[-1]}" || true; }
    unset 'pids[-1]'
else
    say "NFS-Ganesha" "not possible here: $reason"
fi
