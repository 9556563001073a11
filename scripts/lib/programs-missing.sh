# shellcheck shell=bash
# Images that a result lists and that cannot be had. Those that the API refuses are stumbled over once at most, and not listed
# any more. One on a host that there is not stays listed, and is an error each time: that it cannot be reached does not mean that
# it is not there.
#
# Who stumbles names the file: so it is known which ones.
blamed() { # COMMAND…: the images that it complains of, and "more" where it fails without one
    local status=0 name found=''
    "$@" > "$work/out" 2> "$work/err" || status=$?
    while read -r name; do ! grep -qF -- "$name" "$work/err" || found="$found $name"; done < "$work/listing"
    [ "$status" = 0 ] || [ -n "$found" ] || found=" more: $(tail -n 1 "$work/err")"
    echo "${found# }"
}
stumbles() { # NAME "IMAGE…[|IMAGE…]" COMMAND…: it complains of these images and no others, be there none; or of those
    local name=$1 expected=$2 found; shift 2
    found=$(blamed "$@")
    if [[ "|$expected|" == *"|$found|"* ]]; then say "$name" "ok${found:+, and names $found}"
    else fail "$name" "it complains of “$found” instead of “$expected”"; fi
}
here=$work/cold/jobs
try_cp() { cp -r "$here" "$work/$1"; }
try_rsync() { rsync -a "$here/" "$work/$1/"; }
try_tar() { tar -C "$here" -cf "$work/$1.tar" .; }
try_rclone() { rclone copy --config /dev/null --retries 1 "$here" "$work/$1"; }
try_restic() { (cd "$here" && restic backup --quiet --tag missing .); }
try_borg() { (cd "$here" && borg create "::$1" .); }
try_java() { java "$lib/programs/Walk.java" "$here"; }
try_node() { node "$lib/programs/walk.mjs" "$here"; }
try_nginx() { # The whole of the directory
    curl -fsS "http://127.0.0.1:$http/cold/jobs/$job/images/" -o "$work/index.html" || { tail -n 1 "$work/nginx/error.log" >&2; return 1; }
}
programs="cp rsync tar rclone restic borg java node nginx"

job=image-names-collection
for program in $programs; do
    # The walks of Java, Node and nginx end at the first, and Node reads all at once; rclone passes over what is absent.
    case "$program" in
    java | nginx) expected="hostile-3.png" ;;
    node) expected="hostile-3.png|logo.png" ;;
    rclone) expected="" ;;
    *) expected="hostile-3.png logo.png" ;;
    esac
    cold $job
    ls "$here/$job/images" > "$work/listing"
    stumbles "$program over images that the API refuses" "$expected" "try_$program" "refused.$program"
    # What was found out of those behind it, and the listing that the kernel keeps, take a moment.
    for _ in $(seq 50); do [ "$(find "$here/$job/images" -name hostile-3.png -o -name logo.png | wc -l)" != 0 ] || break; sleep 0.1; done
    stumbles "$program over them a second time" "" "try_$program" "refused.$program.2"
    silent "$program a third time" "try_$program" "refused.$program.3"
done

job=broken-images
cold $job
ls -l "$here/$job/images" > /dev/null 2>&1 || true
ls "$here/$job/images" > "$work/listing"
for program in $programs; do
    stumbles "$program over an image on a host that there is not" photo-09.png "try_$program" "away.$program"
done
(cd "$here/$job" && find . -type f | sort) > "$work/files"
left_out() { (cd "$work/away.$1/$job" && find . -type f | sort) | comm -23 "$work/files" -; }
all_others() { [ "$(left_out cp)" = ./images/photo-09.png ] && [ "$(left_out rsync)" = ./images/photo-09.png ]; }
check "cp and rsync have all others" all_others
# It takes a directory with a file that cannot be looked at for one that cannot be read.
without_images() { left_out rclone | cmp - <(grep ^./images/ "$work/files"); }
check "rclone has all but the images of that job" without_images
