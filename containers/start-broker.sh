#!/bin/sh
# Mosquitto with the fleet's logins. The secret has a line NAME:PASSWORD for each; Mosquitto reads their hashes.
set -eu
umask 077
cp /run/secrets/logins /run/logins/fer.passwd
mosquitto_passwd -U /run/logins/fer.passwd
exec mosquitto -c /etc/mosquitto/mosquitto.conf
