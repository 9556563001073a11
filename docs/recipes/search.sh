#!/bin/sh
# Which pages of the known jobs have a word: the job, the page, the line. Usage: search.sh ~/pulse WORD
exec rg --no-heading --line-number --glob '**/pages/*.md' --regexp "$2" "$1/jobs"
