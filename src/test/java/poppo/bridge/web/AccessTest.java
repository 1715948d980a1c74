package poppo.bridge.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import poppo.bridge.state.BridgeException;
import poppo.bridge.web.Bridge.Reply;

class AccessTest {
    private static final WebOptions TOKENS = WebOptions.defaults()
            .withTokens(List.of(new Token(Role.WORKER, "worker-secret"), new Token(Role.OPERATOR, "operator-secret")));

    private static String host(Bridge bridge, String headers) {
        String answer = bridge.raw(
                "GET /v1/projects/default/issues HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n", 5000);
        return answer.substring(9, 12) + (answer.contains("\"code\":\"forbidden\"") ? " forbidden" : "");
    }

    @Test
    void onLoopbackHostAndOriginMustNameThisHost() {
        try (Bridge bridge = new Bridge()) {
            String port = ":" + bridge.server.port();
            assertThat(host(bridge, "Host: localhost" + port + "\r\n")).isEqualTo("200");
            assertThat(host(bridge, "Host: LOCALHOST\r\n")).isEqualTo("200");
            assertThat(host(bridge, "Host: 127.0.0.1" + port + "\r\n")).isEqualTo("200");
            assertThat(host(bridge, "Host: [::1]" + port + "\r\n")).isEqualTo("200");
            for (String host : List.of(
                    "evil.example",
                    "evil.example" + port,
                    "localhost.evil.example",
                    "127.0.0.1.evil.example",
                    "0.0.0.0",
                    "localhost@evil.example",
                    "evil.example#localhost",
                    "",
                    "127.0.0.2",
                    "localhost:x")) {
                assertThat(host(bridge, "Host: " + host + "\r\n")).as(host).isEqualTo("403 forbidden");
            }
            assertThat(host(bridge, "")).isEqualTo("403 forbidden");
            assertThat(host(bridge, "Host: localhost\r\nHost: evil.example\r\n"))
                    .isEqualTo("403 forbidden");
            String ours = "Host: 127.0.0.1" + port + "\r\nOrigin: ";
            assertThat(host(bridge, ours + "http://127.0.0.1" + port + "\r\n")).isEqualTo("200");
            assertThat(host(bridge, ours + "http://localhost" + port + "\r\n")).isEqualTo("200");
            for (String origin : List.of(
                    "http://evil.example",
                    "http://evil.example" + port,
                    "null",
                    "http://localhost:1",
                    "file://",
                    "https://localhost.evil.example" + port,
                    "http://localhost" + port + ".evil.example",
                    "")) {
                assertThat(host(bridge, ours + origin + "\r\n")).as(origin).isEqualTo("403 forbidden");
            }
            assertThat(bridge.raw(
                            "GET http://evil.example/health/liveness HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                            5000))
                    .startsWith("HTTP/1.1 403");
        }
    }

    @Test
    void aHostThatIsAllowedIsTaken() {
        try (Bridge bridge = new Bridge(WebOptions.defaults().withAllowedHosts(List.of("bridge.internal")))) {
            assertThat(host(bridge, "Host: bridge.internal:80\r\n")).isEqualTo("200");
            assertThat(host(bridge, "Host: other.internal\r\n")).isEqualTo("403 forbidden");
        }
    }

    @Test
    void withTokensEveryCallNeedsTheRightOne() {
        try (Bridge bridge = new Bridge(TOKENS)) {
            for (String path : List.of(
                    "/v1/projects/default/issues",
                    "/v1/projects/none/issues",
                    "/v1/projects/default/events",
                    Bridge.OPERATOR,
                    Bridge.OPERATOR + "/journal",
                    "/prometheus",
                    "/swagger/poppo-bridge.yml",
                    "/v1/projects",
                    Bridge.OPERATOR + "/live",
                    "/nothing")) {
                assertUnauthorized(bridge.get(path));
                assertUnauthorized(bridge.get(path, "Authorization", "Bearer wrong"));
                assertUnauthorized(bridge.get(path, "Authorization", "Bearer "));
                assertUnauthorized(bridge.get(path, "Authorization", "Basic worker-secret"));
                assertUnauthorized(bridge.get(path, "Authorization", "worker-secret"));
            }
            assertThat(bridge.get("/health/liveness").status()).isEqualTo(200);
            assertThat(bridge.get("/health/readiness").status()).isEqualTo(200);
            assertThat(status(bridge, "/v1/projects/default/issues", "worker-secret"))
                    .isEqualTo(200);
            assertThat(status(bridge, "/prometheus", "worker-secret")).isEqualTo(200);
            assertThat(status(bridge, "/v1/projects/default/issues", "operator-secret"))
                    .isEqualTo(200);
            assertThat(status(bridge, Bridge.OPERATOR, "operator-secret")).isEqualTo(200);
        }
    }

    private static int status(Bridge bridge, String path, String token) {
        return bridge.get(path, "Authorization", "Bearer " + token).status();
    }

    private static void assertUnauthorized(Reply reply) {
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.code()).isEqualTo("unauthorized");
        assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    @Test
    void aWorkersTokenOpensNoCallOfAnOperator() {
        try (Bridge bridge = new Bridge(TOKENS)) {
            String before = bridge.dump();
            for (String call : OpenApiTest.OPERATOR) {
                String[] parts = call.split(" ");
                String path = parts[1].replace("{p}", "default").replaceAll("\\{\\w+}", "x");
                Reply reply = bridge.call(
                        parts[0],
                        path,
                        parts[0].equals("PUT") ? "{\"phase\":\"dual-write\",\"force\":true}" : null,
                        "Authorization",
                        "Bearer worker-secret");
                assertThat(reply.status()).as(call).isEqualTo(403);
                assertThat(reply.code()).isEqualTo("forbidden");
            }
            assertThat(status(bridge, "/v1/projects/default/%6digration", "worker-secret"))
                    .isIn(403, 404);
            assertThat(status(bridge, "/v1/projects/default//migration", "worker-secret"))
                    .isIn(403, 404);
            assertThat(status(bridge, Bridge.OPERATOR + "/", "worker-secret")).isIn(403, 404);
            assertThat(bridge.call("HEAD", Bridge.OPERATOR, null, "Authorization", "Bearer worker-secret")
                            .status())
                    .isEqualTo(403);
            assertThat(bridge.dump()).isEqualTo(before);
        }
    }

    @Test
    void anotherAddressThanLoopbackIsRefusedWithoutTokens() {
        for (String host : List.of("0.0.0.0", "::", "192.0.2.1")) {
            assertThatThrownBy(() -> WebOptions.defaults().withAddress(host, 0))
                    .isInstanceOf(BridgeException.Invalid.class)
                    .hasMessageContaining("bridge.security.tokens");
        }
        try (Bridge open = new Bridge(TOKENS.withAddress("0.0.0.0", 0))) {
            assertThat(status(open, "/v1/projects/default/issues", "worker-secret"))
                    .isEqualTo(200);
            assertUnauthorized(open.get("/v1/projects/default/issues"));
        }
    }

    @Test
    void aTokenIsNeverPrinted() {
        assertThat(TOKENS.toString()).doesNotContain("secret").contains("Token[WORKER]");
        assertThatThrownBy(() -> new Token(Role.WORKER, "two words")).hasMessageNotContaining("two words");
        assertThatThrownBy(() -> WebOptions.defaults()
                        .withTokens(List.of(new Token(Role.WORKER, "same"), new Token(Role.OPERATOR, "same"))))
                .isInstanceOf(BridgeException.Invalid.class);
    }

    @Test
    void aPortInUseIsAClearError() {
        try (Bridge bridge = new Bridge()) {
            Projects none = new Projects(new Metrics(), List.of());
            WebOptions taken = WebOptions.defaults().withAddress("127.0.0.1", bridge.server.port());
            assertThatThrownBy(() -> BridgeServer.start(taken, none))
                    .isInstanceOf(BridgeException.Unavailable.class)
                    .hasMessageContaining(String.valueOf(bridge.server.port()));
        }
    }
}
