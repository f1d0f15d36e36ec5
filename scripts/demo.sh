#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts a demo that answers questions about Doorward from its manual, whose pages it serves too.
# Everything it writes is in var/demo/; remove that folder to begin anew. DEMO_PORT picks the port,
# DEMO_HOST the address.
set -eu
cd "$(dirname "$0")/.."
binary=$PWD/build/doorward
dir=$PWD/var/demo
pages=$PWD/web/dist/demo/docs
host=${DEMO_HOST:-127.0.0.1}
questions='["How do I put the widget on my page?", "What happens when the mail server is down?", "What is stored about a visitor?"]'

die() { printf 'demo: %s\n' "$*" >&2; exit 1; }

# A port nobody listens on: the one asked for, else 8080, else one the system gives.
pick_port() {
    python3 - "$host" "${DEMO_PORT:-}" <<'PY'
import socket, sys
host, wanted = sys.argv[1], sys.argv[2]
for port in [int(wanted)] if wanted else [8080, 0]:
    try:
        with socket.create_server((host, port)) as probe:
            print(probe.getsockname()[1])
            break
    except OSError as error:
        trouble = error
else:
    sys.exit(f"demo: port {port} on {host} cannot be used: {trouble}")
PY
}

# One field of the JSON that `init` printed.
field() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$dir/init.json" "$1"; }

# Reads the manual's pages, whose addresses depend on the port; what was read for another is forgotten.
learn() {
    "$binary" source list --project "$project" --format json |
        python3 -c 'import json,sys; print("\n".join(x["uuid"] for x in json.load(sys.stdin)
                    if x["kind"] == "folder" and x["location"] == sys.argv[1]))' "$pages" |
        while read -r old; do
            [ -z "$old" ] || "$binary" source remove --project "$project" "$old" >/dev/null
        done
    "$binary" source add --project "$project" "$pages" --title "Doorward's manual" \
        --exclude index.html --base-url "$url/demo/docs/" >"$dir/source.log" 2>&1 ||
        { cat "$dir/source.log" >&2; die "the documents could not be read"; }
}

[ -x "$binary" ] || die "there is no build/doorward; run 'make build' first"
port=$(pick_port)
url=http://$host:$port

if [ ! -f "$dir/init.json" ]; then
    rm -rf "$dir"
    mkdir -p "$dir"
    chmod 700 "$dir"
    (umask 077 && "$binary" init "$dir" --name Doorward --format json >"$dir/init.json.new")
    mv "$dir/init.json.new" "$dir/init.json"
fi
project=$(field project)
export DOORWARD_CONFIG="$dir/doorward.yaml"
"$binary" project set "$project" --name Doorward "suggested_questions=$questions" >/dev/null
learn

"$binary" serve --listen "$host:$port" >"$dir/serve.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
trap 'printf "\n"; exit 0' INT
trap 'exit 143' TERM

tries=100
until curl -fsS -o /dev/null "$url/readyz" 2>/dev/null; do
    kill -0 "$server" 2>/dev/null || { tail -n 20 "$dir/serve.log" >&2; die "the server ended"; }
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { tail -n 20 "$dir/serve.log" >&2; die "the server is not ready after 10 s"; }
    sleep 0.1
done

cat <<END

  Doorward is running.

  Demo page    $url/demo/
  Dashboard    $url/admin/
  Manual       $url/demo/docs/
  Widget       $url/widget.js
  Health       $url/healthz
  API          $url/openapi.json

  Ask in the widget, for example
    How do I put the widget on my page?
    What happens when the mail server is down?

  From another terminal, in this folder:
    export DOORWARD_CONFIG=$dir/doorward.yaml
    build/doorward ask --project $project "How do I add documents?"
    build/doorward search --project $project "reverse proxy"
    build/doorward source add --project $project https://www.example.com/ --sitemap
    build/doorward lead list

  The owner's key is in $dir/init.json, the log in $dir/serve.log.
  Ctrl-C stops it; the data stays in $dir.

END
wait "$server"
