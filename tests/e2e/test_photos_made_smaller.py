"""A large photo leaves the phone smaller, upright and without its place; what the phone cannot read, as it is."""

import base64
import io
from pathlib import Path

from PIL import Image

from backend.domain.account import NewInvite, Role
from tests.e2e.test_screens import join
from tests.support.house import Scene
from tests.support.pictures import ORIENTATION, WHERE_IT_WAS_TAKEN, encoded, notes_of_the_camera, picture
from tests.support.screens import PHONE, Device, device, needs_browser

pytestmark = needs_browser

LONGEST = 2048
ON_ITS_SIDE = 6
"""The camera was turned: what it saw as its left edge is the top."""


WHAT_IS_SENT = """
const send = window.fetch;
window.fetch = async (address, request) => {
    if (request?.body instanceof FormData) {
        const reader = new FileReader();
        reader.onload = () => (window.sent = reader.result);
        reader.readAsDataURL(request.body.get('file'));
    }
    return send(address, request);
};
"""
SMALL_ENOUGH = f"""() => {{
    const photo = document.querySelector('img.portrait');
    return photo?.naturalWidth > 0 && Math.max(photo.naturalWidth, photo.naturalHeight) <= {LONGEST};
}}"""


async def sent(phone: Device, photo: Path, *, small: bool) -> bytes:
    """Register a child with this photo; what the server is sent of it."""
    await phone.page.evaluate("delete window.sent")
    await phone.press("Register a child")
    await phone.page.get_by_label("Photo", exact=True).set_input_files(photo)
    if small:
        await phone.page.wait_for_function(SMALL_ENOUGH)
    await phone.fill("First names", photo.stem)
    await phone.press("Save")
    address = await (await phone.page.wait_for_function("() => window.sent")).json_value()
    await phone.sees("Everything is on the server.")
    return base64.b64decode(address.partition(",")[2])


async def test_a_large_photo_leaves_the_phone_smaller_upright_and_without_its_place(
    scene: Scene, tmp_path: Path
) -> None:
    image = Image.effect_noise((3200, 2400), 40).convert("RGB")
    image.paste("#c02020", (0, 0, 800, 2400))  # the camera's left is what is above
    large = tmp_path / "Marisol.jpg"
    large.write_bytes(encoded(image, "JPEG", exif=notes_of_the_camera(ON_ITS_SIDE), quality=95))
    heic = tmp_path / "Rosa.heic"
    heic.write_bytes(picture("HEIF"))
    assert WHERE_IT_WAS_TAKEN in large.read_bytes()
    async with device(scene.stranger.url, tmp_path / "volunteer", **PHONE) as phone:
        await phone.page.add_init_script(WHAT_IS_SENT)
        await join(phone, scene, NewInvite(Role.VOLUNTEER, site_id=scene.site_id), "Grace")
        arrived = await sent(phone, large, small=True)
        assert len(arrived) < large.stat().st_size / 2
        assert WHERE_IT_WAS_TAKEN not in arrived
        seen = Image.open(io.BytesIO(arrived))
        assert (seen.width, seen.height) == (LONGEST * 3 // 4, LONGEST)
        assert ORIENTATION not in seen.getexif()
        above, below = (seen.crop((0, top, 1536, top + 100)).resize((1, 1)) for top in (100, 1800))
        assert min(_redness(above), 100) > _redness(below)

        assert await sent(phone, heic, small=False) == heic.read_bytes()
        assert len(await scene.house.use.store.registrations.find({})) == 2
        assert (phone.heard, phone.elsewhere) == ([], [])


def _redness(image: Image.Image) -> int:
    red, green, _ = image.convert("RGB").tobytes()
    return red - green
