#!/bin/sh
# Makes logins of the broker, in secrets/: the controller's two, and one for each device that is named. Those that are
# there stay.
#   containers/make-secrets.sh nano-01 nano-02
set -eu
cd "$(dirname "$0")"
for device; do
    case $device in
        '' | *[!A-Za-z0-9_.-]*)
            echo "\"$device\" is no name of a device; take letters, digits, '.', '_' and '-'." >&2
            exit 2 ;;
    esac
done

# Whoever runs in a container has to read the files, so it is the folder that keeps everybody else out.
mkdir -p -m 700 secrets
umask 022
touch secrets/logins

login() { # NAME: its password, made when there is none
    awk -F: -v name="$1" '$1 == name { found = 1 } END { exit !found }' secrets/logins ||
        echo "$1:$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" >>secrets/logins
    awk -F: -v name="$1" '$1 == name { print $2 }' secrets/logins
}

cat >secrets/controller.toml <<END
[broker]
username = "fer-controller"
password = "$(login fer-controller)"
rollouts_username = "fer-rollouts"
rollouts_password = "$(login fer-rollouts)"
END
for device; do
    echo "$device $(login "$device")"
done
