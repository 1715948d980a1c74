package poppo.bridge.bench;

import poppo.bridge.web.BareServer;

/** A bare endpoint that does one hand-written script per request, as a process of its own. */
final class BareRun {
    private BareRun() {}

    /** @param args the server's URI, the port to listen on */
    public static void main(String[] args) {
        Like like = new Like(new RawRedis(args[0]).commands());
        BareServer.serve(Integer.parseInt(args[1]), like::call);
    }
}
