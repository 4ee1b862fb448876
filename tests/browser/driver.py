"""A WebDriver client in a few lines: Debian's chromium through its own chromedriver, spoken to over loopback."""

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    """One headless window. `hosts` is the port that stands in for every host the browser asks for."""

    def __init__(self, client: httpx.Client, session: str) -> None:
        self._client = client
        self._base = f"/session/{session}"

    @classmethod
    @contextmanager
    def start(cls, *, hosts: int) -> Iterator[Self]:
        driver = subprocess.Popen(
            [shutil.which("chromedriver") or "chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True
        )
        try:
            assert driver.stdout is not None
            port = next(m[1] for line in driver.stdout if (m := re.search(r"successfully on port (\d+)", line)))
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False) as client:
                arguments = [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                    f"--host-resolver-rules=MAP * 127.0.0.1:{hosts}, EXCLUDE 127.0.0.1",
                    "--disable-background-networking", "--disable-component-update", "--no-first-run",
                    "--disable-features=NetworkTimeServiceQuerying",
                ]  # fmt: skip
                wanted = {
                    "browserName": "chrome",
                    "goog:chromeOptions": {"args": arguments, "binary": shutil.which("chromium")},
                    "goog:loggingPrefs": {"browser": "ALL"},
                    "unhandledPromptBehavior": "ignore",
                }
                answer = client.post("/session", json={"capabilities": {"alwaysMatch": wanted}})
                answer.raise_for_status()
                browser = cls(client, answer.json()["value"]["sessionId"])
                yield browser
                client.delete(browser._base)
        finally:
            driver.terminate()
            driver.communicate()

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self._client.post(self._base + path, json=body)
        value = answer.json()["value"]
        assert answer.is_success, value
        return value

    def open(self, url: str) -> None:
        self._post("/url", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        """Run `script` as a function body in the page, past its content policy."""
        return self._post("/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script: str) -> Any:
        """Run an expression until it is true, for at most ten seconds; answer its value."""
        for _ in range(200):
            if value := self.run(f"return {script}"):
                return value
            self.run("")
            self._post("/execute/async", {"script": "setTimeout(arguments[0], 50)", "args": []})
        raise AssertionError(f"never true: {script}")

    def devtools(self, command: str, parameters: dict[str, Any]) -> Any:
        return self._post("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def size(self, width: int, *, dark: bool) -> None:
        """Set the width of the page and the colours that its reader prefers."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.devtools("Emulation.setEmulatedMedia", {"features": scheme})

    def picture(self, path: Path) -> None:
        """Save the whole page."""
        shot = self.devtools("Page.captureScreenshot", {"captureBeyondViewport": True, "format": "png"})
        path.write_bytes(base64.b64decode(shot["data"]))

    def press(self, keys: str) -> None:
        """Press keys one after another."""
        steps = [step for key in keys for step in ({"type": "keyDown", "value": key}, {"type": "keyUp", "value": key})]
        self._post("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": steps}]})

    def complaints(self) -> list[str]:
        """Return what the console has said since the last time: refused loads, blocked scripts, errors."""
        entries = self._post("/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if "/favicon.ico" not in entry["message"]]
