# shellcheck shell=bash
# Programs that copy, pack and search.
with_cp() { cp -r "$mnt/jobs" "$work/copies/cp" && same "$work/copies/cp"; }
with_rsync() { rsync -a "$mnt/jobs/" "$work/copies/rsync/" && same "$work/copies/rsync"; }
with_rsync_again() { [ -z "$(rsync -ai "$mnt/jobs/" "$work/copies/rsync/")" ]; }
with_tar() { mkdir "$work/copies/tar" && tar -C "$mnt/jobs" -cf - . | tar -C "$work/copies/tar" -xf - && same "$work/copies/tar"; }
with_zip() { (cd "$mnt/jobs" && zip -qr "$work/all.zip" .) && unzip -q "$work/all.zip" -d "$work/copies/zip" && same "$work/copies/zip"; }
with_rclone() { rclone copy --config /dev/null "$mnt/jobs" "$work/copies/rclone" && same "$work/copies/rclone"; }
with_rclone_check() { rclone check --config /dev/null "$mnt/jobs" "$work/copies/rclone"; }
with_git() { git -C "$work/copies" init -q git && cp -r "$mnt/jobs/." "$work/copies/git" && git -C "$work/copies/git" add -A &&
    git --work-tree="$mnt/jobs" --git-dir="$work/copies/git/.git" diff --quiet; }
found() { # PROGRAM OPTION…: it finds in the mount what grep finds in a copy
    (cd "$mnt/jobs" && "$@" 'Halden Freight' . | sed 's:^\./::' | sort) > "$work/found"
    (cd "$work/copies/cp" && grep -rlF 'Halden Freight' . | sed 's:^\./::' | sort) | cmp - "$work/found" && grep -q result.md "$work/found"
}
with_file() { find "$mnt/jobs" -name '*.png' -exec file {} + > "$work/kinds" && ! grep -v 'PNG image' "$work/kinds"; }
with_find() { [ "$(find "$mnt/jobs" -newermt 2100-01-01 | wc -l)" = 0 ] && find "$mnt" -xdev -printf '%i\n' > "$work/inodes" &&
    [ "$(sort "$work/inodes" | uniq -d | wc -l)" = 0 ]; }
with_vim() { vim.tiny -u NONE -i NONE -n -b -R -es -c "w $work/vim" -c 'qa!' "$mnt/jobs/methods-paper-2025/result.md" &&
    cmp "$work/vim" "$work/served/methods-paper-2025/result.md"; }
silent "cp -r" with_cp
silent "rsync -a" with_rsync
silent "rsync -a again copies nothing" with_rsync_again
silent "tar" with_tar
silent "zip" with_zip
silent "rclone copy" with_rclone
silent "rclone check" with_rclone_check
silent "git add, and diff of the mount" with_git
silent "grep -r" found grep -rlF
silent "ripgrep" found rg -luuF
silent "ugrep" found ugrep -rlF
silent "file on every image" with_file
silent "find: dates and inode numbers" with_find
silent "vim -R" with_vim

cold annual-report-fy2024
cold_cp() { cp -r "$cold/jobs/annual-report-fy2024" "$work/copies/coldcp" && same_job "$work/copies/coldcp" annual-report-fy2024; }
costs "6 + 1" "cp -r of six images that are not cached" cold_cp
silent "cp -r of them again" diff -r "$cold/jobs/annual-report-fy2024" "$work/copies/coldcp"
