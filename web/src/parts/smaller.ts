/** A photo as it leaves the phone: upright, no larger than needed, and without where and when it was taken. */

/** Pixels of the longer side: more than anybody is recognised by. */
const LONGEST = 2048;
const QUALITY = 0.85;

/** The photo itself where this browser cannot read it, such as HEIC; the server can. */
export async function smaller(photo: Blob): Promise<Blob> {
  try {
    const picture = await createImageBitmap(photo, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const drawing = canvas.getContext("2d");
    if (!drawing) return photo;
    drawing.fillStyle = "white"; // JPEG knows nothing that is seen through
    drawing.fillRect(0, 0, canvas.width, canvas.height);
    drawing.imageSmoothingQuality = "high";
    drawing.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return await new Promise((made) => canvas.toBlob((small) => made(small ?? photo), "image/jpeg", QUALITY));
  } catch {
    return photo;
  }
}
