# shellcheck shell=bash
# Programs of desktops: an office, a viewer of documents, a file manager that draws thumbnails.
office() { # FILE TO
    soffice "-env:UserInstallation=file://$work/office" --headless --convert-to txt:Text --outdir "$2" "$1"
}
with_office() {
    office "$mnt/jobs/annual-report-fy2024/result.html" "$work/office.mounted" &&
        office "$work/served/annual-report-fy2024/result.html" "$work/office.served" &&
        cmp "$work/office.mounted/result.txt" "$work/office.served/result.txt" && [ "$(wc -c < "$work/office.mounted/result.txt")" -gt 2000 ]
}
silent "LibreOffice: a result.html as text" with_office

. scripts/lib/desktops.sh
display_up
silent "evince: form.pdf" window form.pdf evince "$mnt/jobs/form-supplier-registration/form.pdf"
silent "pcmanfm: a job" window annual-report-fy2024 pcmanfm "$mnt/jobs/annual-report-fy2024"
silent "pcmanfm: thumbnails of images that are cached" window images pcmanfm "$mnt/jobs/annual-report-fy2024/images"
# A file manager that draws thumbnails itself reads what it shows, each once; one that is named a crawler reads nothing.
cold annual-report-fy2024 workbook-q3-forecast form-supplier-registration
costs "6 + 6" "pcmanfm: thumbnails of six images that are not cached" window images pcmanfm "$cold/jobs/annual-report-fy2024/images"
silent "evince-thumbnailer asks for nothing" refused evince-thumbnailer "$cold/jobs/form-supplier-registration/form.pdf" "$work/thumbnail.png"
"$bin/pulsefs" unmount "$cold" > /dev/null
export PULSEFS_NO_FETCH=pcmanfm
cold annual-report-fy2024
unset PULSEFS_NO_FETCH
silent "pcmanfm with --no-fetch=pcmanfm asks for nothing" window images pcmanfm "$cold/jobs/annual-report-fy2024/images"
