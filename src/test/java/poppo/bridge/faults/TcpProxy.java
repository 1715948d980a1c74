package poppo.bridge.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A network between the bridge and Redis that can be made bad while connections are open. What it holds back in
 * {@link Mode#BLACK_HOLE} arrives after {@link #resume()}, as a network's retransmissions do. Thread-safe.
 */
final class TcpProxy implements AutoCloseable {
    private enum Mode {
        FORWARD,
        SLOW,
        BLACK_HOLE,
        HALF_CLOSED,
        CUT
    }

    private static final int CHUNK = 16 * 1024;

    private final ServerSocket server;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile Mode mode = Mode.FORWARD;
    private volatile long delayMillis;
    private volatile boolean closed;

    /** Listens on a free port of the loopback interface, for a server on another one of it. */
    TcpProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        thread("accept", this::accept);
    }

    private static void thread(String name, Runnable body) {
        Thread thread = new Thread(body, "tcp-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!closed) {
            try {
                connect(server.accept());
            } catch (IOException e) {
                // Either closed, or the server behind isn't there: then the client's connection is closed as well.
            }
        }
    }

    private void connect(Socket client) throws IOException {
        sockets.add(client);
        if (mode == Mode.CUT) {
            drop(client);
            return;
        }
        try {
            Socket redis = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(redis);
            client.setTcpNoDelay(true);
            redis.setTcpNoDelay(true);
            thread("request", () -> pump(client, redis, true));
            thread("answer", () -> pump(redis, client, false));
        } catch (IOException e) {
            drop(client);
            throw e;
        }
    }

    private void pump(Socket from, Socket to, boolean isRequest) {
        byte[] chunk = new byte[CHUNK];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                if (mode == Mode.SLOW) {
                    TimeUnit.MILLISECONDS.sleep(delayMillis);
                }
                while (mode == Mode.BLACK_HOLE && !closed) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                }
                if (mode == Mode.HALF_CLOSED && isRequest) {
                    // Redis is told that nothing more comes; the client goes on talking to nobody.
                    to.shutdownOutput();
                    in.transferTo(OutputStream.nullOutputStream());
                    return;
                }
                out.write(chunk, 0, length);
            }
        } catch (IOException gone) {
            // As good as its end.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (mode != Mode.HALF_CLOSED) {
                drop(from);
                drop(to);
            }
        }
    }

    private void drop(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            return;
        }
    }

    /** From now on every chunk takes so long, each way. */
    void slow(long millis) {
        delayMillis = millis;
        mode = Mode.SLOW;
    }

    /** Nothing arrives any more, and no connection ends. */
    void blackHole() {
        mode = Mode.BLACK_HOLE;
    }

    /** What clients send goes nowhere, and they are not told. */
    void halfClose() {
        mode = Mode.HALF_CLOSED;
    }

    /** Ends all connections, and every new one at once. */
    void cut() {
        mode = Mode.CUT;
        sockets.forEach(this::drop);
    }

    /** A good network again; connections that were half closed are ended. */
    void resume() {
        boolean dead = mode == Mode.HALF_CLOSED;
        mode = Mode.FORWARD;
        if (dead) {
            sockets.forEach(this::drop);
        }
    }

    @Override
    public void close() {
        closed = true;
        sockets.forEach(this::drop);
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
