"""Answers of the API for the rows of fault_table.py: the examples of its documentation, refusals, and
good answers that were changed in one way.

An answer is an ANSWER of tests/support/fake_cloudflare, or a function that makes one of an endpoint's
name ("single", "list" or "connections") and the ids of the row's tunnels. A good answer is what would
start something: every tunnel is down, and every primary has returned.
"""
import json
import os

from connectors import BACKUP, CRASHED, RETURNED
from fake_api import SUPPORT

EXAMPLES = os.path.abspath(os.path.join(SUPPORT, "cloudflare_examples"))


def file(http, name, **more):
    with open(os.path.join(EXAMPLES, name), encoding="utf-8") as text:
        return {"http": http, "body": text.read(), **more}


def about(http, name):
    """An example whose tunnels are the row's own."""
    def answer(_, ids):
        body = json.loads(file(http, name)["body"])
        found = body["result"] if isinstance(body["result"], list) else [body["result"]]
        for item, own in zip(found, ids):
            item["id"] = own
        return {"http": http, "body": json.dumps(body)}
    return answer


def refusal(http, code, **more):
    body = {"success": False, "errors": [{"code": code, "message": "no"}], "messages": [],
            "result": None}
    return {"http": http, "body": json.dumps(body), **more}


def text_of(endpoint, ids, envelope=None, info=None, **fields):
    """A good answer, changed so; a field of None is left out of each tunnel."""
    if endpoint == "connections":
        return connectors_text(CRASHED, BACKUP, RETURNED, envelope=envelope)
    items = [{"id": own, "name": "x", "status": "down", "deleted_at": None, **fields} for own in ids]
    items = [{key: value for key, value in item.items() if value is not None} for item in items]
    body = {"success": True, "errors": [], "messages": [], "result": items[0] if items else None}
    if endpoint == "list":
        body["result"] = items
        body["result_info"] = {"count": len(items), "page": 1, "per_page": 1000,
                               "total_count": len(items), **(info or {})}
    return json.dumps({**body, **(envelope or {})})


def connectors_text(*listed, envelope=None):
    """What the API says about who is connected to a tunnel."""
    named = [{**one, "arch": "x"} for one in listed]
    return json.dumps({"success": True, "errors": [], "messages": [], "result": named,
                       **(envelope or {})})


def connected(*listed):
    return {"body": connectors_text(*listed)}


def whole(**changes):
    """The answer that would start something, with `changes` in how it comes."""
    return lambda endpoint, ids: {"body": text_of(endpoint, ids), **changes}


def body(**changes):
    return lambda endpoint, ids: {"body": text_of(endpoint, ids, **changes)}


def edited(old, new):
    """The text of a good answer with each `old` replaced."""
    def answer(endpoint, ids):
        text = text_of(endpoint, ids)
        assert old in text, (old, text)
        return {"body": text.replace(old, new)}
    return answer


def without_the_last_chunk(endpoint, ids):
    text = text_of(endpoint, ids)
    return {"body": text, "chunked": True, "cut": len(f"{len(text):x}\r\n{text}\r\n")}


def half(endpoint, ids):
    text = text_of(endpoint, ids)
    return {"body": text[:len(text) // 2]}
