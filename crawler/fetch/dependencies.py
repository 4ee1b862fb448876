"""A declared dependency as a target, for tools whose code lives in one."""

from crawler.targets import HostedRepository, Package, Target, parse_reference
from mcp_catalogue.errors import TargetError
from mcp_catalogue.model import SourceKind


def dependency_target(kind: SourceKind | str, name: str, requirement: str) -> Target | None:
    """Return what `name` at `requirement` (as written in a manifest) names, or None where it cannot be fetched.

    `kind` is the declaring source's (`npm`, `sdist`, `wheel`) or an ecosystem (`npm`, `pypi`). Workspace, link and
    file requirements name no package; `npm:other@range` is an alias for another one.
    """
    npm = str(kind) == "npm"
    if npm and requirement.startswith("npm:"):
        at = requirement.rfind("@")
        alias, rest = (requirement[4:at], requirement[at + 1 :]) if at > 5 else (requirement[4:], "")
        name, requirement = alias, rest
    if requirement.startswith(("workspace:", "link:", "file:", "portal:", "catalog:")):
        return None
    try:
        if npm and ("/" in requirement or "://" in requirement):
            target = parse_reference(requirement.removeprefix("github:").partition("#semver")[0])
            return target if isinstance(target, HostedRepository) else None
        package = parse_reference(f"{'npm' if npm else 'pypi'}:{name}")
    except TargetError:
        return None
    if not isinstance(package, Package):
        return None
    return Package(ecosystem=package.ecosystem, name=package.name, requirement=requirement.strip() or None)
