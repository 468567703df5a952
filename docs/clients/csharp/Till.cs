// A whole till in C# (.NET 8), without any package. Copy it and change it.
//
//   dotnet run -- buy http://127.0.0.1:8000 yk_sandbox_… 沙箱通过 证件号
//   dotnet run -- webhook SECRET "t=…,v1=…" UNIX_SECONDS < body        (exit 0: genuine)

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

public sealed class Till
{
    private static readonly HashSet<string> Ended =
        new() { "attempt.declined", "attempt.expired", "attempt.undeliverable" };
    private const long ToleranceS = 300;

    private readonly HttpClient http;
    private readonly string root;
    private readonly string key;

    public Till(string root, string key)
    {
        this.root = root;
        this.key = key;
        http = new HttpClient { BaseAddress = new Uri(root), Timeout = TimeSpan.FromSeconds(40) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public static async Task<int> Main(string[] args)
    {
        if (args.Length == 4 && args[0] == "webhook")
        {
            using var body = new MemoryStream();
            await Console.OpenStandardInput().CopyToAsync(body);
            bool genuine = Genuine(args[1], body.ToArray(), args[2], long.Parse(args[3]));
            Console.WriteLine(genuine ? "genuine" : "refused");
            return genuine ? 0 : 1;
        }
        await new Till(args[1], args[2]).Buy(args[3], args[4]);
        return 0;
    }

    // Verify one purchase of 128.50 yuan and redeem its receipt.
    public async Task Buy(string name, string idNumber)
    {
        string order = "POS-" + Guid.NewGuid().ToString("N").Substring(0, 12);
        JsonElement opened = await Post("/v1/verifications", new
        {
            order_no = order,
            amount_fen = 12850,
            counter = "1",
            cashier = new { id = "c01", name = "张收银" },
            cardholder = new { name, id_number = idNumber },
        });
        string here = "/v1/verifications/" + Text(opened, "id");
        // persons[0] is the card-holder; the cashier picks who is really there.
        string person = Text(opened.GetProperty("persons")[0], "person_id");
        await Post(here + "/attempts", new { channel = "push", person_id = person });
        await Follow(here);
        JsonElement claims = await Checked(Text(await Get(here), "receipt"));
        if (Text(claims, "order_no") != order)
        {
            throw new InvalidOperationException("the receipt is for something else");
        }
        await Post($"/v1/receipts/{Text(claims, "jti")}/redeem", new { settlement_no = order, amount_fen = 12850 });
        Console.WriteLine(Text(claims, "result") + ": receipt checked and redeemed");
    }

    // Long-poll until the verification is over; after a failure, wait for a retry or an appeal.
    private async Task Follow(string here)
    {
        string state = "open";
        long last = 0;
        bool failed = false;
        while (state == "open")
        {
            JsonElement news = await Get($"{here}/events?after={last}&wait=25");
            List<string> types = news.GetProperty("events").EnumerateArray().Select(one => Text(one, "type")).ToList();
            types.ForEach(type => Console.WriteLine("  " + type));
            if (types.Any(Ended.Contains) || (failed && types.Count == 0))
            {
                throw new InvalidOperationException("not passed: push again, show a code or check documents");
            }
            failed = failed || types.Contains("attempt.failed");
            state = Text(news, "state");
            last = news.GetProperty("last").GetInt64();
        }
    }

    // Return what a receipt says (compact JWS, ES256), or throw unless a published key has signed it.
    private async Task<JsonElement> Checked(string receipt)
    {
        // A sandbox has an issuer and keys of its own: its receipts prove nothing.
        string path = key.StartsWith("yk_sandbox_", StringComparison.Ordinal) ? "/sandbox" : "";
        string[] parts = receipt.Split('.');
        string kid = Text(JsonDocument.Parse(Decoded(parts[0])).RootElement, "kid");
        JsonElement keys = (await Get(path + "/.well-known/jwks.json")).GetProperty("keys");
        JsonElement jwk = keys.EnumerateArray().First(one => Text(one, "kid") == kid);
        using ECDsa ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Decoded(Text(jwk, "x")), Y = Decoded(Text(jwk, "y")) },
        });
        byte[] signed = Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]);
        JsonElement claims = JsonDocument.Parse(Decoded(parts[1])).RootElement;
        bool genuine = ecdsa.VerifyData(signed, Decoded(parts[2]), HashAlgorithmName.SHA256);
        if (!genuine || Text(claims, "iss") != root + path)
        {
            throw new InvalidOperationException("the receipt is not genuine");
        }
        return claims;
    }

    // Tell whether a webhook is genuine (X-Signature) and at most 300 s old; answer 2xx only then, else 401.
    public static bool Genuine(string secret, byte[] body, string header, long now)
    {
        Match sent = Regex.Match(header, "^t=([0-9]{1,12}),v1=([0-9a-f]{64})$");
        if (!sent.Success || Math.Abs(now - long.Parse(sent.Groups[1].Value)) > ToleranceS)
        {
            return false;
        }
        byte[] signed = Encoding.ASCII.GetBytes(sent.Groups[1].Value + ".").Concat(body).ToArray();
        byte[] expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed);
        return CryptographicOperations.FixedTimeEquals(expected, Convert.FromHexString(sent.Groups[2].Value));
    }

    private Task<JsonElement> Get(string path) => Send(new HttpRequestMessage(HttpMethod.Get, path));

    // POST; the key makes a repeated request have one effect.
    private Task<JsonElement> Post(string path, object body)
    {
        string json = JsonSerializer.Serialize(body);
        string again = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(path + json)));
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", again);
        return Send(request);
    }

    private async Task<JsonElement> Send(HttpRequestMessage request)
    {
        using HttpResponseMessage answer = await http.SendAsync(request);
        JsonElement body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{(int)answer.StatusCode} {Text(body, "code")}");
        }
        return body;
    }

    private static string Text(JsonElement from, string name) =>
        from.GetProperty(name).GetString() ?? throw new InvalidOperationException("no " + name);

    private static byte[] Decoded(string base64Url)
    {
        string text = base64Url.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }
}
