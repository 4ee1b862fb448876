"""From a target to a source tree: registries, repositories, archives, folders."""
