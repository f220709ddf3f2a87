"""Luci behind Ray Serve: replicas that start a luci each and pass on what they are asked. See docs/scaling.md."""

import json, os, subprocess, tempfile

import httpx
from fastapi import FastAPI, Request
from ray import serve
from starlette.responses import StreamingResponse

app = FastAPI()

@serve.deployment(num_replicas=2, ray_actor_options={"num_cpus": 1}, max_ongoing_requests=4)
@serve.ingress(app)
class Luci:
    """A luci with a home of its own for each replica; what Ray Serve is asked goes to it as it is."""

    def __init__(self):
        home = tempfile.mkdtemp(prefix="luci-replica-")
        os.makedirs(f"{home}/models")
        for path in os.environ["MODELS"].split(":"):
            os.symlink(path, f"{home}/models/{os.path.basename(path)}")
        self.process = subprocess.Popen(
            [*os.environ["LUCI"].split(), "serve", "--port", "0", "--json"], env={**os.environ, "LUCI_HOME": home}, stdout=subprocess.PIPE)
        self.client = httpx.AsyncClient(base_url=json.loads(self.process.stdout.readline())["url"], timeout=None)

    def check_health(self):
        if self.process.poll() is not None:
            raise RuntimeError("luci has ended")

    def __del__(self):
        self.process.terminate()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def pass_on(self, path: str, request: Request):
        asked = self.client.build_request(request.method, f"/{path}", params=request.query_params, content=await request.body())
        answer = await self.client.send(asked, stream=True)
        return StreamingResponse(answer.aiter_raw(), answer.status_code, {"content-type": answer.headers["content-type"], "x-luci-process": str(self.process.pid)})

app_of_luci = Luci.bind()
