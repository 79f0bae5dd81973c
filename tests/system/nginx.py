"""nginx in front of the fake API of a world: HTTP/2 as a real server speaks it.

It runs in the gateway's namespace with files of the world alone. Its access log has a line for each
request: time, connection, protocol, HTTP status, compression ratio, path.
"""
import re
import signal

from network import GATEWAY
from processes import wait_until

PORT = 8443
CONFIGURATION = """\
daemon off;
user root;
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/nginx.error.log info;
events {{ worker_connections 1024; }}
http {{
  log_format one '$msec $connection $server_protocol $status $gzip_ratio $request_uri';
  access_log {directory}/nginx.access.log one;
  client_body_temp_path {directory}/nginx.body;
  proxy_temp_path {directory}/nginx.proxy;
  fastcgi_temp_path {directory}/nginx.fastcgi;
  uwsgi_temp_path {directory}/nginx.uwsgi;
  scgi_temp_path {directory}/nginx.scgi;
  upstream api {{ server {upstream}; keepalive 64; }}
  server {{
    listen {address}:{port} ssl http2;
    ssl_certificate {directory}/api/server.pem;
    ssl_certificate_key {directory}/api/server.key;
    {more}
    location / {{
      proxy_pass https://api;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffers 8 512k;
    }}
  }}
}}
"""


class Nginx:
    def __init__(self, world, more=""):
        """Starts it; `more` are directives of its server."""
        self.world = world
        with open(world.path("api/port"), encoding="ascii") as file:
            upstream = f"{GATEWAY[4]}:{file.read()}"
        path = world.path("nginx.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(directory=world.directory, upstream=upstream,
                                            address=GATEWAY[4], port=PORT, more=more))
        self.child = world.child("nginx", ["/usr/sbin/nginx", "-e", world.path("nginx.start.log"),
                                           "-c", path], world.network.gateway)
        wait_until(lambda: self._log_has("start worker process "), "nginx serves")
        self.url = f"https://{GATEWAY[4]}:{PORT}/client/v4"

    def reload(self):
        """New workers take over; the old ones finish what they have and say GOAWAY."""
        workers = self._log_count("start worker process ")
        self.child.send_signal(signal.SIGHUP)
        wait_until(lambda: self._log_count("start worker process ") > workers, "nginx reloads")

    def requests(self, pattern=""):
        """[(connection, protocol, status, compression ratio, path)] of what was answered so far."""
        return [tuple(words[1:]) for words in self.world._lines("nginx.access.log")
                if re.search(pattern, words[5])]

    def connections(self):
        return {request[0] for request in self.requests()}

    def _log_count(self, text):
        try:
            with open(self.world.path("nginx.error.log"), encoding="ascii") as file:
                return file.read().count(text)
        except FileNotFoundError:
            return 0

    def _log_has(self, text):
        return self._log_count(text) > 0
