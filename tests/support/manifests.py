"""What deploy/ comes to once its tools have read it: an overlay put together, a service's environment.

`kustomize` and `docker compose` are in no registry that the tests reach, so the few of their rules that
our own files use stand here: JSON patches of named objects, a namespace, images; `${NAME:-default}`.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from tests.support.running import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = DEPLOY / "compose" / "compose.yaml"
BASE = DEPLOY / "kubernetes" / "base"
EXAMPLE = DEPLOY / "kubernetes" / "overlays" / "example"

_VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::([-?])([^}]*))?\}")


def documents(file: Path) -> list[Any]:
    """Every document of a YAML file."""
    return [each for each in YAML(typ="safe").load_all(file.read_text("utf-8")) if each]


# Kubernetes -------------------------------------------------------------------------------------


def built(overlay: Path = EXAMPLE, build: str | None = None) -> list[Any]:
    """What `kubectl apply -k` would apply; `build`: as if the example were copied for that build.

    Raises AssertionError where a patch hits nothing, or a path of it is not there.
    """
    text = (overlay / "kustomization.yaml").read_text("utf-8")
    (own,) = YAML(typ="safe").load_all(text.replace("3f2a", build) if build else text)
    found: list[Any] = []
    for resource in own.get("resources", ()):
        where = (overlay / resource).resolve()
        found += built(where) if where.is_dir() else documents(where)
    found = copy.deepcopy(found)
    for patch in own.get("patches", ()):
        _patch(found, patch)
    for document in found:
        if "namespace" in own:
            document["metadata"]["namespace"] = own["namespace"]
        for container in containers(document):
            for image in own.get("images", ()):
                if container["image"] == image["name"]:
                    container["image"] = f"{image['newName']}:{image['newTag']}"
    return found


def containers(document: Any) -> list[Any]:
    """The containers of a document; none where it runs nothing."""
    runs = document["kind"] == "Deployment"
    return list(document["spec"]["template"]["spec"]["containers"]) if runs else []


def _patch(found: list[Any], patch: Any) -> None:
    target = patch["target"]
    hit = [
        each
        for each in found
        if each["kind"] == target["kind"] and each["metadata"]["name"] == target["name"]
    ]
    assert hit, f"a patch hits nothing: {target}"
    for document in hit:
        for operation in YAML(typ="safe").load(patch["patch"]):
            *way, last = operation["path"].strip("/").split("/")
            place = document
            for key in way:
                place = place[int(key) if isinstance(place, list) else key]
            assert operation["op"] == "add" or last in place, operation
            place[last] = operation["value"]


# Environments -----------------------------------------------------------------------------------


class Service(NamedTuple):
    """A process as it is configured: its command and its whole environment."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]


def of_kubernetes() -> list[Service]:
    """Each container of ours. The Secret `atoz` holds what the example of atoz.env says."""
    applied = built()
    maps = {d["metadata"]["name"]: d["data"] for d in applied if d["kind"] == "ConfigMap"}
    found = []
    for container in (each for document in applied for each in containers(document)):
        environment = image_environment() | env_file("example.atoz.env")
        for source in container["envFrom"]:
            environment |= maps[source["configMapRef"]["name"]] if "configMapRef" in source else {}
        environment |= {each["name"]: each["value"] for each in container["env"]}
        found.append(Service(container["name"], tuple(container["command"]), environment))
    return found


def of_compose() -> list[Service]:
    """Each service of ours, with the examples of .env and atoz.env."""
    (compose,) = documents(COMPOSE)
    given = env_file("example.env")
    found = []
    for name, service in compose["services"].items():
        if service["image"].startswith("${ATOZ_IMAGE"):
            own = {key: _filled(str(value), given) for key, value in service["environment"].items()}
            environment = image_environment() | env_file("example.atoz.env") | own
            found.append(Service(name, tuple(service["command"]), environment))
    return found


def image_environment() -> dict[str, str]:
    """What the image sets, of ours."""
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    found = dict(re.findall(r"\b(ATOZ_[A-Z_]+)=(\S+)", dockerfile))
    return found | {"ATOZ_BUILD": "3f2a"}


def env_file(name: str) -> dict[str, str]:
    """The variables of an example beside the compose file; what it leaves empty is filled in."""
    lines = (DEPLOY / "compose" / name).read_text("utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {key: value or "filled-in" for key, _, value in pairs}


def _filled(value: str, given: dict[str, str]) -> str:
    def fill(found: re.Match[str]) -> str:
        name, kind, default = found.groups()
        assert name in given or kind == "-", f"${{{name}}} is set nowhere"
        return given.get(name, default or "")

    return _VARIABLE.sub(fill, value)
