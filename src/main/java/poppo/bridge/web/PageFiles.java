package poppo.bridge.web;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import poppo.bridge.machine.Resource;

/** The files of the operator's page, read and compressed once. */
final class PageFiles {
    static final List<String> NAMES = List.of(
            "index.html",
            "page.css",
            "icon.svg",
            "main.js",
            "api.js",
            "charts.js",
            "dialog.js",
            "diffs.js",
            "documents.js",
            "dom.js",
            "feed.js",
            "lists.js",
            "moves.js",
            "plan.js",
            "plans.js",
            "stages.js",
            "standing.js",
            "words.js",
            "work.js",
            "en.json",
            "ja.json",
            "uplot.js",
            "uplot.css");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=utf-8",
            "css", "text/css;charset=utf-8",
            "js", "text/javascript;charset=utf-8",
            "json", "application/json",
            "svg", "image/svg+xml");

    private final Map<String, PageFile> files = new LinkedHashMap<>();

    PageFiles() {
        NAMES.forEach(name -> files.put(name, load(name)));
    }

    /**
     * One file.
     *
     * @param tag changes with the content
     */
    record PageFile(String type, byte[] plain, byte[] gzip, String tag) {
        MutableHttpResponse<?> toResponse(boolean compressed) {
            return compressed
                    ? HttpResponse.ok(gzip).contentType(type).header("Content-Encoding", "gzip")
                    : HttpResponse.ok(plain).contentType(type);
        }
    }

    @Nullable
    PageFile find(String name) {
        return files.get(name);
    }

    private static PageFile load(String name) {
        byte[] plain = Resource.bytes(PageFiles.class, name);
        String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "text/plain");
        return new PageFile(type, plain, gzip(plain), tag(plain));
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException("memory can be written to", e);
        }
        return bytes.toByteArray();
    }

    private static String tag(byte[] plain) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(plain);
            return '"' + HexFormat.of().formatHex(digest, 0, 12) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
