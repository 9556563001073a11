# shellcheck shell=bash
# A display of its own, and programs with windows on it. Sourced by bash after programs-setup.sh, whose $work and $pids it uses.

# Leaves $DISPLAY, and nothing that a session of the user has.
display_up() { # [WIDTHxHEIGHT]
    mkdir -m 700 "$work/run"
    mkfifo "$work/display"
    # shellcheck disable=SC2094
    Xvfb -displayfd 3 -screen 0 "${1:-1000x800}x24" -nolisten tcp 3> "$work/display" > /dev/null 2>&1 & pids+=($!)
    local display
    read -r -t 30 display < "$work/display"
    export DISPLAY=:$display XDG_RUNTIME_DIR=$work/run NO_AT_BRIDGE=1
    # What the session of whoever runs this would have a program do elsewhere.
    unset DBUS_SESSION_BUS_ADDRESS WAYLAND_DISPLAY XAUTHORITY XDG_CURRENT_DESKTOP DESKTOP_SESSION XDG_CONFIG_HOME XDG_DATA_HOME BROWSER
}

# The window is there within 30 s.
titled() { # TITLE
    for _ in $(seq 300); do
        if xdotool search --onlyvisible --name "$1" > /dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    echo "no window “$1”: $(tail -n 2 "$work/window.log")" >&2
    return 1
}

# Starts a program in a process group and a session bus of its own; its window is there, and it has had time to draw what is in it.
show() { # TITLE COMMAND…
    local title=$1; shift
    setsid dbus-run-session -- "$@" > /dev/null 2> "$work/window.log" & shown=$!
    titled "$title" && sleep 3
}

# Ends what show has started, and what that has started.
hide() {
    kill -- "-$shown" 2> /dev/null || true
    wait "$shown" 2> /dev/null || true
    for _ in $(seq 50); do kill -0 -- "-$shown" 2> /dev/null || break; sleep 0.1; done
    kill -KILL -- "-$shown" 2> /dev/null || true
    shown=
}

# Both.
window() { # TITLE COMMAND…
    local status=0
    show "$@" || status=1
    hide
    return "$status"
}

# A key for the window, and what its title is then.
press() { # KEY TITLE
    xdotool key "$1" && titled "$2" && sleep 1
}
