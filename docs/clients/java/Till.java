// A whole till in Java 17, without any library. Copy it and change it.
//
//   javac Till.java
//   YIBAO_INSTITUTION=机构编号 java Till buy http://127.0.0.1:8000 yk_sandbox_… 沙箱通过 证件号
//   java Till webhook SECRET "t=…,v1=…" UNIX_SECONDS < body        (exit 0: genuine)
//
// Field values are cut out of the JSON with a pattern to stay on one page: use your JSON library.

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Till {
    static final List<String> ENDED = List.of("attempt.declined", "attempt.expired", "attempt.undeliverable");
    static final List<Integer> BUSY = List.of(502, 503, 504);
    static final long TOLERANCE_S = 300;
    static final long LIFE_S = 1800;

    final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    final String base;
    final String key;
    final String institution;

    Till(String base, String key, String institution) {
        this.base = base;
        this.key = key;
        this.institution = institution;
    }

    public static void main(String[] args) throws Exception {
        if (args.length == 4 && args[0].equals("webhook")) {
            boolean genuine = genuine(args[1], System.in.readAllBytes(), args[2], Long.parseLong(args[3]));
            System.out.println(genuine ? "genuine" : "refused");
            System.exit(genuine ? 0 : 1);
        }
        String institution = System.getenv("YIBAO_INSTITUTION");
        if (institution == null) {
            System.err.println("set YIBAO_INSTITUTION to your institution's id: receipts must be for it");
            System.exit(2);
        }
        new Till(args[1], args[2], institution).buy(args[3], args[4]);
    }

    /** Verify one purchase of 128.50 yuan and redeem its receipt. */
    void buy(String name, String idNumber) throws Exception {
        String order = "POS-" + UUID.randomUUID().toString().substring(0, 13);
        String opened = post("/v1/verifications", String.format(
            "{\"order_no\":\"%s\",\"amount_fen\":12850,\"counter\":\"1\",\"cashier\":{\"id\":\"c01\",\"name\":\"张收银\"},"
            + "\"cardholder\":{\"name\":\"%s\",\"id_number\":\"%s\"}}", order, name, idNumber));
        String here = "/v1/verifications/" + field(opened, "id");
        // persons[0] is the card-holder; the cashier picks who is really there.
        post(here + "/attempts", "{\"channel\":\"push\",\"person_id\":\"" + field(opened, "person_id") + "\"}");
        follow(here);
        String receipt = field(get(here), "receipt");
        String claims = checked(receipt);
        if (!order.equals(field(claims, "order_no")) || !field(claims, "amount_fen").equals("12850")) {
            throw new IllegalStateException("the receipt is for something else");
        }
        String redeemed = "{\"settlement_no\":\"" + order + "\",\"amount_fen\":12850}";
        post("/v1/receipts/" + field(claims, "jti") + "/redeem", redeemed);
        System.out.println(field(claims, "result") + ": receipt checked and redeemed");
    }

    /** Long-poll until the verification is over; after a failure, wait for a retry or an appeal. */
    void follow(String here) throws Exception {
        String state = "open", last = "0";
        boolean failed = false;
        while (state.equals("open")) {
            String news = get(here + "/events?after=" + last + "&wait=25");
            List<String> types = all(news, "type");
            types.forEach(type -> System.out.println("  " + type));
            if (types.stream().anyMatch(ENDED::contains) || (failed && types.isEmpty())) {
                throw new IllegalStateException("not passed: push again, show a code or check documents");
            }
            failed |= types.contains("attempt.failed");
            state = field(news, "state");
            last = field(news, "last");
        }
    }

    /** Return what a receipt says (compact JWS, ES256), or throw unless a published key has signed it. */
    String checked(String receipt) throws Exception {
        // A sandbox has an issuer and keys of its own: its receipts prove nothing.
        String issuer = base + (key.startsWith("yk_sandbox_") ? "/sandbox" : "");
        String[] parts = receipt.split("\\.");
        Base64.Decoder decoder = Base64.getUrlDecoder();
        String kid = field(new String(decoder.decode(parts[0]), StandardCharsets.UTF_8), "kid");
        Matcher jwk = Pattern.compile("\\{[^{}]*\"kid\":\\s*\"" + Pattern.quote(kid) + "\"[^{}]*}")
            .matcher(get(issuer.substring(base.length()) + "/.well-known/jwks.json"));
        if (!jwk.find()) {
            throw new IllegalStateException("nobody knows the receipt's key");
        }
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initVerify(publicKey(field(jwk.group(), "x"), field(jwk.group(), "y")));
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        String claims = new String(decoder.decode(parts[1]), StandardCharsets.UTF_8);
        if (!signature.verify(decoder.decode(parts[2])) || !issuer.equals(field(claims, "iss"))) {
            throw new IllegalStateException("the receipt is not genuine");
        }
        if (!institution.equals(field(claims, "aud"))) {
            throw new IllegalStateException("the receipt is for another institution");
        }
        if (Long.parseLong(field(claims, "exp")) <= System.currentTimeMillis() / 1000) {
            throw new IllegalStateException("the receipt has expired");
        }
        return claims;
    }

    static PublicKey publicKey(String x, String y) throws Exception {
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        Base64.Decoder decoder = Base64.getUrlDecoder();
        ECPoint point = new ECPoint(new BigInteger(1, decoder.decode(x)), new BigInteger(1, decoder.decode(y)));
        ECParameterSpec parameters = curve.getParameterSpec(ECParameterSpec.class);
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, parameters));
    }

    /** Tell whether a webhook is genuine (X-Signature) and at most 300 s old; answer 2xx only then, else 401. */
    static boolean genuine(String secret, byte[] body, String header, long now) throws Exception {
        Matcher sent = Pattern.compile("t=(\\d{1,12}),v1=([0-9a-f]{64})").matcher(header);
        if (!sent.matches() || Math.abs(now - Long.parseLong(sent.group(1))) > TOLERANCE_S) {
            return false;
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        mac.update((sent.group(1) + ".").getBytes(StandardCharsets.US_ASCII));
        byte[] expected = mac.doFinal(body);
        return MessageDigest.isEqual(expected, HexFormat.of().parseHex(sent.group(2)));
    }

    String get(String path) throws Exception {
        return send(request(path).GET().build());
    }

    /** POST; every request has a key of its own, so that sending it again has one effect. */
    String post(String path, String body) throws Exception {
        String requestKey = UUID.randomUUID().toString();
        return send(request(path).header("Content-Type", "application/json").header("Idempotency-Key", requestKey)
            .POST(BodyPublishers.ofString(body, StandardCharsets.UTF_8)).build());
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(40))
            .header("Authorization", "Bearer " + key);
    }

    /** Return the answer; while the server is busy or away, send the same again. */
    String send(HttpRequest request) throws Exception {
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIFE_S);
        while (true) {
            long pause = 2;
            String why;
            boolean passes = true;
            try {
                var answer = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
                if (answer.statusCode() < 300) {
                    return answer.body();
                }
                why = answer.statusCode() + " " + String.join("", all(answer.body(), "code"));
                var told = answer.headers().firstValueAsLong("Retry-After");
                pause = told.orElse(pause);
                passes = told.isPresent() || BUSY.contains(answer.statusCode()) || why.endsWith("in_progress");
            } catch (IOException error) {
                why = error.toString();
            }
            if (!passes || System.nanoTime() + TimeUnit.SECONDS.toNanos(pause) - giveUp > 0) {
                throw new IllegalStateException(why);
            }
            System.out.println("  " + why + ": again in " + pause + " s");
            TimeUnit.SECONDS.sleep(pause);
        }
    }

    static String field(String json, String name) {
        List<String> found = all(json, name);
        if (found.isEmpty()) {
            throw new IllegalStateException("no " + name);
        }
        return found.get(0);
    }

    static List<String> all(String json, String name) {
        Pattern pattern = Pattern.compile("\"" + name + "\":\\s*(?:\"([^\"]*)\"|(-?\\d+))");
        return pattern.matcher(json).results().map(m -> m.group(1) != null ? m.group(1) : m.group(2)).toList();
    }
}
