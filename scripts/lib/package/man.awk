# Makes a page of swift-argument-parser's generate-manual one as man(1), whatis(1) and lintian(1) want it.
BEGIN { literal = 0; section = "" }

function end_literal() { if (literal) { print ".Ed"; literal = 0 } }

/^\.Dt / { gsub(/PULSEFS\./, "PULSEFS-"); while (sub(/\./, "-", $2)); print ".Dt " $2 " " $3; next }
/^\.Sh / { end_literal(); section = $0 }
# The commands say themselves what their exit codes mean.
/^\.Sh "EXIT STATUS"/ { next }
/^\.Ex / { next }
section == ".Sh NAME" && /^\.Nm / {
    name = $0
    sub(/^\.Nm /, "", name)
    gsub(/"/, "", name)
    command = name
    gsub(/ /, "-", name)
    print ".Nm " name
    next
}
/^\.Nd / { sub(/\."$/, "\""); print; next }
section == ".Sh SYNOPSIS" && /^\.Nm$/ { print ".Nm \"" command "\""; next }
/^\.Xr / {
    if ($2 ~ /\.help$/) next
    gsub(/\./, "-", $2)
    print ".Xr " $2 " " $3 (NF > 3 ? " " $4 : "")
    next
}
/^  / {
    if (!literal) { print ".Bd -literal -offset indent"; literal = 1 }
    print "\\&" substr($0, 3)
    next
}
/^$/ { end_literal(); print ".Pp"; next }
{ end_literal(); print }
END { end_literal() }
