# Sourced as root: the settings of /etc/yibao/env, each line as it stands, as systemd's EnvironmentFile takes them.
while IFS= read -r line; do
    case $line in '' | '#'*) ;; *) export "$line" ;; esac
done </etc/yibao/env
