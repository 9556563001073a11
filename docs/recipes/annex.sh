#!/bin/sh
# Exports jobs into a repository of git-annex: text in git, images and large files in the annex. Usage: annex.sh REPOSITORY ID...
set -eu
cd "$1"
shift
pulsefs export "$@" results
git -c annex.largefiles='largerthan=100kb or mimeencoding=binary' annex add --quiet results
git commit --quiet --allow-empty --message "Add results of: $*"
