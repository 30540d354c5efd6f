// SPDX-License-Identifier: GPL-3.0-or-later
// Regions of every kind, and what ImageJ counts in them: a line for each region with its name,
// position, number of pixels in ImageJ's statistics, and CRC-32 of its mask on a picture of
// 512 x 512 (a byte for each pixel, row by row, 1 inside); regions without area have zeros.
//   make FOLDER N SEED   makes N random regions of each kind and saves them as ImageJ does: all in
//                        FOLDER/all.zip, the first of each kind as FOLDER/<kind>.roi, too
//   count ZIP AGAIN      opens the regions of ZIP and saves them into AGAIN
import ij.gui.Arrow;
import ij.gui.EllipseRoi;
import ij.gui.Line;
import ij.gui.OvalRoi;
import ij.gui.PointRoi;
import ij.gui.PolygonRoi;
import ij.gui.Roi;
import ij.gui.RotatedRectRoi;
import ij.gui.ShapeRoi;
import ij.gui.TextRoi;
import ij.gui.Wand;
import ij.io.RoiDecoder;
import ij.io.RoiEncoder;
import ij.process.ByteProcessor;
import ij.process.ImageProcessor;
import java.awt.Rectangle;
import java.awt.geom.GeneralPath;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

public class Regions {
    static final int SIDE = 512;
    static final String[] KINDS = {"rectangle", "rounded", "oval", "polygon", "freehand", "traced",
            "sub_polygon", "sub_freehand", "sub_rectangle", "sub_rounded", "sub_oval", "ellipse",
            "rotated", "star", "half_pixels", "xor", "union", "and", "ring", "oval_ring", "curves",
            "outside", "smooth", "hyperstack", "line", "polyline", "freeline", "angle", "point",
            "arrow", "text", "spline"};
    static Random random;

    static int whole(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    static float real(double from, double to) {
        return (float) (from + (to - from) * random.nextDouble());
    }

    static Roi polygon(int type, int points, int from, int to) {
        int[] x = new int[points], y = new int[points];
        for (int i = 0; i < points; i++) {
            x[i] = whole(from, to);
            y[i] = whole(from, to);
        }
        return new PolygonRoi(x, y, points, type);
    }

    static Roi floats(int type, int points, double step) {
        float[] x = new float[points], y = new float[points];
        for (int i = 0; i < points; i++) {
            x[i] = real(2, SIDE - 2);
            y[i] = real(2, SIDE - 2);
            if (step > 0) {
                x[i] = (float) (step * Math.round(x[i] / step));
                y[i] = (float) (step * Math.round(y[i] / step));
            }
        }
        return new PolygonRoi(x, y, points, type);
    }

    // An outline as a reader draws one: round, with a few waves, points close together.
    static Roi smooth() {
        int points = whole(40, 200);
        float[] x = new float[points], y = new float[points];
        double cx = real(80, SIDE - 80), cy = real(80, SIDE - 80), size = real(10, 60);
        double wave = real(0, 0.4), turn = real(0, 6);
        for (int i = 0; i < points; i++) {
            double angle = 2 * Math.PI * i / points;
            double radius = size * (1 + wave * Math.sin(3 * angle + turn));
            x[i] = (float) (cx + radius * Math.cos(angle));
            y[i] = (float) (cy + 0.7 * radius * Math.sin(angle));
        }
        return new PolygonRoi(x, y, points, Roi.FREEROI);
    }

    // The wand on blobs of noise.
    static Roi traced() {
        ImageProcessor picture = new ByteProcessor(SIDE, SIDE);
        int left = whole(5, 400), top = whole(5, 400);
        for (int y = 0; y < 90; y++) {
            for (int x = 0; x < 90; x++) {
                picture.set(left + x, top + y, random.nextInt(100) < 55 ? 255 : 0);
            }
        }
        picture.filter(ImageProcessor.MEDIAN_FILTER);
        while (true) {
            int x = left + whole(0, 89), y = top + whole(0, 89);
            if (picture.get(x, y) == 255) {
                Wand wand = new Wand(picture);
                wand.autoOutline(x, y, 255, 255, Wand.FOUR_CONNECTED);
                return new PolygonRoi(wand.xpoints, wand.ypoints, wand.npoints, Roi.TRACED_ROI);
            }
        }
    }

    static ShapeRoi shape(Roi roi) {
        return new ShapeRoi(roi);
    }

    static Roi ring() {
        int x = whole(20, 200), y = whole(20, 200), size = whole(20, 200);
        ShapeRoi ring = shape(new Roi(x, y, size, size));
        ring.xor(shape(polygon(Roi.POLYGON, 5, x + 4, x + size - 4)));
        return ring.or(shape(new Roi(x + size + 5, y, 9, 7)));
    }

    static Roi ovalRing() {
        int x = whole(20, 200), y = whole(20, 200), width = whole(20, 200), height = whole(20, 200);
        ShapeRoi ring = shape(new OvalRoi(x, y, width, height));
        ShapeRoi inner = shape(new Roi(x + 5, y + 5, width - 9, height - 9, whole(3, 30)));
        return ring.xor(inner);
    }

    static Roi curves() {
        GeneralPath path = new GeneralPath();
        for (int part = 0; part < 2; part++) {
            path.moveTo(real(50, 400), real(50, 400));
            for (int i = 0; i < 3; i++) {
                path.quadTo(real(50, 400), real(50, 400), real(50, 400), real(50, 400));
                path.curveTo(real(50, 400), real(50, 400), real(50, 400), real(50, 400),
                        real(50, 400), real(50, 400));
                path.lineTo(real(50, 400), real(50, 400));
            }
            path.closePath();
        }
        return new ShapeRoi(path);
    }

    static Roi line(int type) {
        return polygon(type, type == Roi.ANGLE ? 3 : 6, 10, 400);
    }

    static Roi make(String kind) {
        int x = whole(0, 300), y = whole(0, 300), w = whole(1, 200), h = whole(1, 200);
        float fx = real(1, 300), fy = real(1, 300), fw = real(0.2, 200), fh = real(0.2, 200);
        switch (kind) {
            case "rectangle": return new Roi(x, y, w, h);
            case "rounded": return new Roi(x, y, w, h, whole(1, 80));
            case "oval": return new OvalRoi(x, y, w, h);
            case "polygon": return polygon(Roi.POLYGON, whole(3, 9), 0, SIDE);
            case "freehand": return polygon(Roi.FREEROI, whole(3, 60), 100, 200);
            case "traced": return traced();
            case "sub_polygon": return floats(Roi.POLYGON, whole(3, 20), 0);
            case "sub_freehand": return floats(Roi.FREEROI, whole(3, 60), 0);
            case "sub_rectangle": return new Roi((double) fx, fy, fw, fh);
            case "sub_rounded": return new Roi((double) fx, fy, fw, fh, whole(1, 80));
            case "sub_oval": return new OvalRoi((double) fx, fy, fw, fh);
            case "ellipse": return new EllipseRoi(fx, fy, fx + fw, fy + fh, real(0.1, 1));
            case "rotated": return new RotatedRectRoi(fx, fy, fx + fw, fy + fh, real(1, 90));
            case "star": return polygon(Roi.POLYGON, 5, 10, 30);
            case "half_pixels": return floats(Roi.POLYGON, whole(3, 12), 0.5);
            case "xor": return shape(polygon(Roi.POLYGON, 6, 0, 300)).xor(
                    shape(polygon(Roi.FREEROI, 8, 100, 400)));
            case "union": return shape(floats(Roi.POLYGON, 6, 0)).or(shape(traced()));
            case "and": return shape(floats(Roi.POLYGON, 9, 0)).and(
                    shape(polygon(Roi.POLYGON, 8, 100, 400)));
            case "ring": return ring();
            case "oval_ring": return ovalRing();
            case "curves": return curves();
            case "outside": return random.nextBoolean() ? polygon(Roi.POLYGON, 5, -100, 600)
                    : random.nextBoolean() ? new OvalRoi(x - 100, y + 200, w, 200)
                    : new Roi(x - 100, y + 200, w, 200);
            case "smooth": return smooth();
            case "hyperstack": return new Roi(x, y, w, h);
            case "line": return new Line(fx, fy, fx + fw, fy + fh);
            case "polyline": return line(Roi.POLYLINE);
            case "freeline": return line(Roi.FREELINE);
            case "angle": return line(Roi.ANGLE);
            case "point": return new PointRoi(fx, fy);
            case "arrow": return new Arrow(fx, fy, fx + fw, fy + fh);
            case "text": return new TextRoi(x, y, "text");
            default:
                PolygonRoi spline = (PolygonRoi) floats(Roi.POLYGON, 6, 0);
                spline.fitSpline();
                return spline;
        }
    }

    static boolean hasArea(Roi roi) {
        return roi.isArea() && !(roi instanceof TextRoi);
    }

    static String describe(Roi roi) {
        if (!hasArea(roi)) {
            return "0,0";
        }
        ImageProcessor picture = new ByteProcessor(SIDE, SIDE);
        picture.setRoi(roi);
        long area = picture.getStatistics().longPixelCount;
        Rectangle bounds = roi.getBounds();
        ImageProcessor mask = roi.getMask();
        byte[] inside = new byte[SIDE * SIDE];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                boolean is = bounds.contains(x, y)
                        && (mask == null || mask.get(x - bounds.x, y - bounds.y) != 0);
                inside[y * SIDE + x] = (byte) (is ? 1 : 0);
            }
        }
        CRC32 crc = new CRC32();
        crc.update(inside);
        return area + "," + Long.toHexString(crc.getValue());
    }

    // A region that covers nothing is left out: ImageJ's statistics then count the whole picture.
    static boolean isUsable(Roi roi) {
        if (roi == null) {
            return false;
        }
        Rectangle bounds = roi.getBounds().intersection(new Rectangle(SIDE, SIDE));
        return !hasArea(roi) || (!bounds.isEmpty() && !describe(roi).startsWith("0,"));
    }

    static int position(Roi roi, String kind, int number) {
        if (kind.equals("hyperstack")) {
            roi.setPosition(1, number + 2, 1);
            return number + 2;
        }
        roi.setPosition(number);
        return number;
    }

    static String name(String kind, int number) {
        // Names that are not ASCII, and one beyond the 16 bits of a Java character.
        String[] ends = {"", "_\u00fc\u7b4b", "_\ud835\udd18"};
        return kind + "_" + number + ends[number % ends.length];
    }

    static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
    }

    static void makeRegion(ZipOutputStream zip, Path folder, String kind, int number)
            throws IOException {
        Roi roi = make(kind);
        while (!isUsable(roi)) {
            roi = make(kind);
        }
        roi.setName(name(kind, number));
        int position = position(roi, kind, number);
        byte[] bytes = RoiEncoder.saveAsByteArray(roi);
        put(zip, "folder/" + kind + "_" + number + ".roi", bytes);
        if (number == 0) {
            Files.write(folder.resolve(kind + ".roi"), bytes);
        }
        // What ImageJ finds when it opens the file again is what counts. A spline has an area that
        // only ImageJ knows.
        Roi again = new RoiDecoder(bytes, "again").getRoi();
        String counted = kind.equals("spline") ? "0,0" : describe(again);
        System.out.println(roi.getName() + "," + position + "," + counted);
    }

    static void makeAll(Path folder, int count) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(
                new FileOutputStream(folder.resolve("all.zip").toFile()))) {
            for (String kind : KINDS) {
                for (int i = 0; i < count; i++) {
                    makeRegion(zip, folder, kind, i);
                }
            }
            put(zip, "__MACOSX/folder/._rectangle_0.roi", new byte[] {0, 5, 22, 7});
            put(zip, "folder/notes.txt", "no region".getBytes());
        }
    }

    static void countAll(String from, String to) throws IOException {
        try (ZipInputStream in = new ZipInputStream(new FileInputStream(from));
                ZipOutputStream out = new ZipOutputStream(new FileOutputStream(to))) {
            for (ZipEntry entry; (entry = in.getNextEntry()) != null;) {
                Roi roi = new RoiDecoder(in.readAllBytes(), entry.getName()).getRoi();
                System.out.println(roi.getName() + "," + roi.getPosition() + "," + describe(roi));
                put(out, entry.getName(), RoiEncoder.saveAsByteArray(roi));
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments[0].equals("make")) {
            random = new Random(Long.parseLong(arguments[3]));
            makeAll(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
        } else {
            countAll(arguments[1], arguments[2]);
        }
    }
}
