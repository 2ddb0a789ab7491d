"""Image, compose file, chart and units are read by the linter of each, and say the same as Assay."""

import json
import re
import subprocess
import sys
import tomllib

import jsonschema_rs
import pytest
import yaml
from cyclopts import MissingArgumentError
from tests.deploy.linters import DEPLOY, FETCHED, ROOT, document, program, said

from assay.cli.app import app
from assay.settings import Settings

COMPOSE = document(DEPLOY / "compose" / "compose.yaml")
OURS = {name: each for name, each in COMPOSE["services"].items() if each["image"].startswith("assay:")}
CHART = DEPLOY / "helm" / "assay"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
RENDER = """
import json, sys
import helm_python
path, values = sys.argv[1], json.loads(sys.argv[2])
report = helm_python.lint(path, values, strict=True)
assert not report["errors"], report
with helm_python.Chart.load(path) as chart:
    print(json.dumps(chart.render(values, name="assay", namespace="assay")))
"""
VALUES = [{}, {"autoscaling": {"enabled": True}, "uploadsClaim": "uploads", "settings": {"ASSAY_LOG_LEVEL": "debug"}}]


def takes(command: list[str]) -> bool:
    try:
        app.parse_args(command, exit_on_error=False, print_error=False)
    except MissingArgumentError:
        return False
    return True


def test_hadolint_finds_no_fault_in_the_image():
    said([program("hadolint"), DEPLOY / "Dockerfile"])


def test_the_image_runs_as_nobody_special_and_is_given_all_that_it_copies():
    words = (DEPLOY / "Dockerfile").read_text()
    copied = {name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", words, re.MULTILINE) for name in line.split()}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)
    assert words.rindex("\nUSER 10001:10001\n") > words.rindex("\nFROM ")
    [command] = re.findall(r"^CMD (.+)$", words, re.MULTILINE)
    assert takes(json.loads(command))


def test_each_service_of_the_compose_file_runs_a_command_of_ours_and_can_write_nowhere_else():
    assert set(OURS) == {"migrate", "api-1", "api-2", "worker", "scheduler"}
    for name, each in OURS.items():
        assert takes(each["command"]), name
        assert (each["read_only"], each["cap_drop"]) == (True, ["ALL"])
        assert each["image"] == f"assay:{VERSION}"
        unknown = {setting.lower() for setting in each["environment"]} - set(Settings.model_fields)
        assert unknown == set()
    assert [OURS[name]["deploy"]["replicas"] for name in ("worker", "scheduler")] == [2, 2]


def test_what_the_compose_file_names_is_there():
    services = COMPOSE["services"]
    for name, each in services.items():
        assert set(each.get("depends_on", ())) <= set(services), name
        for volume in each.get("volumes", ()):
            source = volume.partition(":")[0]
            there = source in COMPOSE["volumes"] or (source[0] == "." and (DEPLOY / "compose" / source).is_file())
            assert there, volume
    proxied = re.findall(r"server (\S+):8000;", (DEPLOY / "compose" / "nginx.conf").read_text())
    assert proxied == [name for name in services if name.startswith("api-")]
    trusted = OURS["api-1"]["environment"]["ASSAY_TRUSTED_PROXIES"]
    assert trusted == services["proxy"]["networks"]["inside"]["ipv4_address"]


@pytest.mark.parametrize("values", VALUES, ids=["as it comes", "all of it"])
def test_helm_renders_the_chart_into_what_kubernetes_takes(values):
    kinds = []
    for manifest in rendered(values):
        kinds.append(manifest["kind"])
        validated(manifest)
    assert (kinds.count("Deployment"), kinds.count("PodDisruptionBudget")) == (3, 3)
    assert kinds.count("HorizontalPodAutoscaler") == bool(values)


def test_each_container_of_the_chart_runs_a_command_of_ours_as_nobody_special():
    pods = [each["spec"]["template"]["spec"] for each in rendered(VALUES[1]) if "template" in each["spec"]]
    assert len(pods) == 4
    for pod in pods:
        [container] = pod["containers"]
        assert takes(container["args"])
        assert container["image"] == f"assay:{VERSION}"
        assert pod["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert {each["name"].lower() for each in container["env"]} <= set(Settings.model_fields)


def rendered(values: dict) -> list[dict]:
    """The manifests, by Helm itself. A process of its own: it is a library in Go."""
    wheels = FETCHED / "wheels"
    if not (wheels / "helm_python").is_dir():
        pytest.skip("there is no Helm here: make deploy fetches it")
    files = json.loads(
        said([sys.executable, "-c", RENDER, CHART, json.dumps(values)], env={"PYTHONPATH": str(wheels), "HOME": "/tmp"})
    )
    return [each for words in files.values() for each in yaml.safe_load_all(words) if each]


def validated(manifest: dict) -> None:
    """Against the schema of the oldest Kubernetes that the chart is for, which comes in a wheel."""
    schemas = FETCHED / "wheels" / "kubernetes_validate" / "kubernetes-json-schema" / "v1.27.0-local-strict"
    group, _, version = manifest["apiVersion"].rpartition("/")
    path = schemas / ("-".join(filter(None, (manifest["kind"].lower(), group, version))) + ".json")
    of_kind, shared = (
        json.loads(each.read_text().replace('"/api/_definitions.json#', '"#'))
        for each in (path, schemas / "_definitions.json")
    )
    jsonschema_rs.Draft4Validator({**of_kind, "$defs": shared["$defs"]}).validate(manifest)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_takes_each_unit_and_finds_it_hardened(unit, tmp_path):
    words = unit.read_text()
    [command] = re.findall(r"^ExecStart=/opt/assay/.venv/bin/assay (.+)$", words, re.MULTILINE)
    assert takes(command.split())
    local = tmp_path / unit.name
    local.write_text(words.replace("/opt/assay/.venv/bin/assay", sys.executable))
    said([program("systemd-analyze"), "verify", "--man=no", local])
    told = subprocess.run(
        [program("systemd-analyze"), "security", "--offline=yes", local], capture_output=True, text=True, check=False
    ).stdout
    [exposure] = re.findall(r"exposure level for \S+: (\d+\.\d)", told)
    assert float(exposure) < 2
