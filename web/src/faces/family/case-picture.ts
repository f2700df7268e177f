/** The case card as a picture, to be kept among the phone's photos or sent to somebody of the family. */
const WIDTH = 720;
const HEIGHT = 1000;

/** Offer it to be saved. `lines` are label and value in turn. */
export async function saveCasePicture(title: string, lines: readonly string[], address: string): Promise<void> {
  const { encode } = await import("uqr");
  const { data } = encode(address, { border: 2 });
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const brush = canvas.getContext("2d");
  if (!brush) return;
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, WIDTH, HEIGHT);
  brush.fillStyle = "#000";
  brush.textAlign = "center";
  brush.font = "600 40px system-ui, sans-serif";
  brush.fillText(title, WIDTH / 2, 80, WIDTH - 60);
  lines.forEach((line, index) => {
    brush.font = index % 2 === 0 ? "26px system-ui, sans-serif" : "600 34px ui-monospace, monospace";
    brush.fillText(line, WIDTH / 2, 150 + index * 50, WIDTH - 60);
  });
  const module = Math.floor((WIDTH - 160) / data.length);
  const left = (WIDTH - module * data.length) / 2;
  data.forEach((row, y) =>
    row.forEach((dark, x) => {
      if (dark) brush.fillRect(left + x * module, 370 + y * module, module, module);
    }),
  );
  const picture = await new Promise<Blob | null>((made) => canvas.toBlob(made, "image/png"));
  if (!picture) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(picture);
  link.download = "reunify.png";
  link.click();
  URL.revokeObjectURL(link.href);
}
