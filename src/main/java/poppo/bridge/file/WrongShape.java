package poppo.bridge.file;

/** JSON, but not what its file should hold; says where and what was expected. */
final class WrongShape extends Exception {
    private static final long serialVersionUID = 1L;

    WrongShape(String pointer, String expected) {
        super((pointer.isEmpty() ? "the whole document" : pointer) + ": expected " + expected);
    }

    /** One step of a JSON Pointer (RFC 6901). */
    static String step(String name) {
        return "/" + name.replace("~", "~0").replace("/", "~1");
    }
}
