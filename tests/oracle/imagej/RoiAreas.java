// SPDX-License-Identifier: GPL-3.0-or-later
// Prints, for each region of each RoiSet.zip, what ImageJ makes of it: name, kind, position, number
// of pixels in its statistics, and the sums of column and row over the pixels of its mask.
import ij.gui.Roi;
import ij.gui.ShapeRoi;
import ij.io.RoiDecoder;
import ij.process.ByteProcessor;
import ij.process.ImageProcessor;
import java.awt.Rectangle;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

public class RoiAreas {
    static final int SIDE = 512;

    static void print(String zip, Roi roi) {
        ImageProcessor picture = new ByteProcessor(SIDE, SIDE);
        picture.setRoi(roi);
        long area = picture.getStatistics().longPixelCount;
        ImageProcessor mask = roi.getMask();
        Rectangle bounds = roi.getBounds();
        long columns = 0, rows = 0;
        for (int y = 0; y < bounds.height; y++) {
            for (int x = 0; x < bounds.width; x++) {
                if (mask == null || mask.get(x, y) != 0) {
                    columns += bounds.x + x;
                    rows += bounds.y + y;
                }
            }
        }
        String kind = roi instanceof ShapeRoi ? "composite" : roi.getTypeAsString();
        System.out.println(String.join(",", zip, roi.getName(), kind, "" + roi.getPosition(),
                "" + area, "" + columns, "" + rows));
    }

    public static void main(String[] zips) throws IOException {
        for (String path : zips) {
            String zip = Path.of(path).getFileName().toString();
            try (ZipInputStream in = new ZipInputStream(new FileInputStream(path))) {
                for (ZipEntry entry; (entry = in.getNextEntry()) != null;) {
                    print(zip, new RoiDecoder(in.readAllBytes(), entry.getName()).getRoi());
                }
            }
        }
    }
}
