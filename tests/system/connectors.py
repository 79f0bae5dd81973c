"""Lists of connectors as Cloudflare's API gives them. Times are seconds after an hour of its own."""
import datetime

HOUR = datetime.datetime(2026, 11, 20, 8, tzinfo=datetime.timezone.utc)
PRIMARY = "11111111-0000-4000-8000-000000000001"  # before it crashed
AGAIN = "11111111-0000-4000-8000-000000000002"    # after that
OURS = "22222222-0000-4000-8000-000000000001"
OTHERS = "33333333-0000-4000-8000-000000000001"   # a backup on another host
NOBODYS = "44444444-0000-4000-8000-000000000001"


def stamp(seconds):
    return (HOUR + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def connector(name, *opened, pending=False):
    """A connector whose connections were opened then."""
    conns = [{"id": name[:-2] + f"{number:02}", "uuid": name[:-2] + f"{number:02}",
              "client_id": name, "client_version": "2026.8.2", "colo_name": "ams06",
              "is_pending_reconnect": pending, "opened_at": stamp(seconds),
              "origin_ip": "203.0.113.7"} for number, seconds in enumerate(opened)]
    return {"id": name, "arch": "linux_amd64", "version": "2026.8.2", "config_version": 7,
            "run_at": stamp(0), "features": ["ha-origin"], "conns": conns}


CRASHED = connector(PRIMARY, 1, 2, 3, 4)  # Cloudflare goes on listing it for minutes
BACKUP = connector(OURS, 101, 102, 103, 104)
RETURNED = connector(AGAIN, 300, 301)
