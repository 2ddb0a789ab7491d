import asyncio
import gc

import pytest
import structlog

from assay.background_tasks import background, cancel_all

pytestmark = pytest.mark.anyio


async def broken() -> None:
    raise OSError("the database is gone")


async def test_what_ends_by_an_error_beside_the_rest_is_told_once_and_never_by_asyncio():
    unheard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unheard.append(context))
    with structlog.testing.capture_logs() as lines:
        async with background(broken()):
            await asyncio.sleep(0.01)
    tasks = [asyncio.create_task(broken())]
    await asyncio.wait(tasks)
    await cancel_all(tasks)
    del tasks
    gc.collect()
    await asyncio.sleep(0)
    assert [line["reason"] for line in lines] == ["the database is gone"]
    assert unheard == []
