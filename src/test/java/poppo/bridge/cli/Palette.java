package poppo.bridge.cli;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Makes a picture of a page small: few colours, each of them one that the page really has; its areas keep theirs. */
final class Palette {
    private static final int COLOURS = 64;
    private static final int OF_AREAS = 16;

    private Palette() {}

    /** The picture as a PNG with a palette. */
    static byte[] reduce(byte[] png) throws IOException {
        BufferedImage full = ImageIO.read(new ByteArrayInputStream(png));
        Map<Integer, Integer> counts = new HashMap<>();
        for (int y = 0; y < full.getHeight(); y++) {
            for (int x = 0; x < full.getWidth(); x++) {
                counts.merge(full.getRGB(x, y) & 0xffffff, 1, Integer::sum);
            }
        }
        List<List<Integer>> boxes = boxes(counts);
        byte[][] channels = new byte[3][boxes.size()];
        Map<Integer, Integer> places = new HashMap<>();
        for (int place = 0; place < boxes.size(); place++) {
            for (int rgb : boxes.get(place)) {
                places.put(rgb, place);
            }
            int commonest = boxes.get(place).stream()
                    .max(Comparator.comparing(counts::get))
                    .orElseThrow();
            for (int channel = 0; channel < 3; channel++) {
                channels[channel][place] = (byte) channel(commonest, channel);
            }
        }
        BufferedImage reduced = new BufferedImage(
                full.getWidth(),
                full.getHeight(),
                BufferedImage.TYPE_BYTE_INDEXED,
                new IndexColorModel(8, boxes.size(), channels[0], channels[1], channels[2]));
        for (int y = 0; y < full.getHeight(); y++) {
            for (int x = 0; x < full.getWidth(); x++) {
                reduced.getRaster().setSample(x, y, 0, places.get(full.getRGB(x, y) & 0xffffff));
            }
        }
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        ImageIO.write(reduced, "png", small);
        return small.toByteArray();
    }

    /** Colours near each other in boxes: those of areas alone, then the widest is cut in its middle until there are enough. */
    private static List<List<Integer>> boxes(Map<Integer, Integer> counts) {
        List<Integer> byCount = counts.keySet().stream()
                .sorted(Comparator.comparing(counts::get).reversed())
                .toList();
        int ofAreas = Math.min(OF_AREAS, byCount.size() - 1);
        List<List<Integer>> boxes = new ArrayList<>();
        byCount.subList(0, ofAreas).forEach(rgb -> boxes.add(List.of(rgb)));
        boxes.add(byCount.subList(ofAreas, byCount.size()));
        while (boxes.size() < COLOURS) {
            List<Integer> widest = boxes.stream()
                    .max(Comparator.comparing(box -> width(box, widestChannel(box))))
                    .orElseThrow();
            int channel = widestChannel(widest);
            if (width(widest, channel) == 0) {
                return boxes;
            }
            int middle =
                    widest.stream().mapToInt(rgb -> channel(rgb, channel)).min().orElseThrow()
                            + width(widest, channel) / 2;
            boxes.remove(widest);
            boxes.add(widest.stream()
                    .filter(rgb -> channel(rgb, channel) <= middle)
                    .toList());
            boxes.add(widest.stream()
                    .filter(rgb -> channel(rgb, channel) > middle)
                    .toList());
        }
        return boxes;
    }

    private static int widestChannel(List<Integer> box) {
        int widest = 0;
        for (int channel = 1; channel < 3; channel++) {
            widest = width(box, channel) > width(box, widest) ? channel : widest;
        }
        return widest;
    }

    private static int width(List<Integer> box, int channel) {
        int least = 255;
        int most = 0;
        for (int rgb : box) {
            least = Math.min(least, channel(rgb, channel));
            most = Math.max(most, channel(rgb, channel));
        }
        return Math.max(0, most - least);
    }

    private static int channel(int rgb, int channel) {
        return rgb >> (16 - 8 * channel) & 0xff;
    }
}
