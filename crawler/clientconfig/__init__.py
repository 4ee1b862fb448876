"""The user's own pip and npm settings: which registries to ask, with which credentials and certificates."""

from crawler.clientconfig.base import ClientConfig, Credentials, Index, NpmRegistries
from crawler.clientconfig.load import load_client_config

__all__ = ["ClientConfig", "Credentials", "Index", "NpmRegistries", "load_client_config"]
