"""Hooks of Schemathesis: every request comes from another client, as if through a proxy, and half of those about a package
come from the owner of one that is processed."""

import ipaddress
import itertools
import os

import schemathesis

# Wrong keys of one client are answered slowly, and its submissions are counted.
CLIENTS = (ipaddress.ip_address("10.0.0.1") + number for number in itertools.count())
IS_OWNER = itertools.cycle([True, False])


@schemathesis.hook
def before_call(context, case, kwargs):
    case.headers = {**(case.headers or {}), "X-Forwarded-For": str(next(CLIENTS))}
    # Deleting it would end this for all that follow.
    if "{package_id}" in case.path and case.method != "DELETE" and next(IS_OWNER):
        case.path_parameters["package_id"] = os.environ["PACKAGE"]
        token = os.environ["TOKEN" if "/admin/" in case.path else "KEY"]
        case.headers["Authorization"] = f"Bearer {token}"
