package poppo.bridge.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Writes a command as RESP2 has it, straight to the buffer that is sent: most of what is sent is short and plain ASCII. */
final class Resp {
    private Resp() {}

    static void write(Step step, ByteBuf out) {
        header('*', 1 + (step.key() == null ? 0 : 1) + step.args().size(), out);
        bulk(step.command(), out);
        if (step.key() != null) {
            bulk(step.key(), out);
        }
        for (String arg : step.args()) {
            bulk(arg, out);
        }
    }

    private static void bulk(String text, ByteBuf out) {
        if (Utf8.isAscii(text)) {
            header('$', text.length(), out);
            ByteBufUtil.writeAscii(out, text);
        } else {
            byte[] bytes = Utf8.encode(text);
            header('$', bytes.length, out);
            out.writeBytes(bytes);
        }
        end(out);
    }

    private static void header(char kind, int number, ByteBuf out) {
        out.writeByte(kind);
        digits(number, out);
        end(out);
    }

    private static void digits(int number, ByteBuf out) {
        if (number > 9) {
            digits(number / 10, out);
        }
        out.writeByte('0' + number % 10);
    }

    private static void end(ByteBuf out) {
        out.writeByte('\r').writeByte('\n');
    }
}
