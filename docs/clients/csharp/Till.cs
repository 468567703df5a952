// A whole till in C# for .NET Framework 4.7.2 and later (Windows 7 and later), without any package.
// Copy it and change it. C# 5 is enough, so the compiler that every Windows has will do:
//
//   C:\Windows\Microsoft.NET\Framework64\v4.0.30319\csc.exe /codepage:65001 Till.cs      (32 bits: Framework)
//   set YIBAO_INSTITUTION=机构编号
//   Till.exe buy http://127.0.0.1:8000 yk_sandbox_… 沙箱通过 证件号
//   Till.exe webhook SECRET "t=…,v1=…" UNIX_SECONDS < body        (exit 0: genuine)
//
// Buy waits for the person at the counter: call it from a thread of its own, never from the window's.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using System.Web.Script.Serialization;

public sealed class Till
{
    private static readonly string[] Ended =
        { "attempt.declined", "attempt.expired", "attempt.undeliverable" };
    private static readonly int[] Busy = { 502, 503, 504 };
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(30);
    private const long ToleranceS = 300;
    private const int PatienceMs = 40000;

    private readonly JavaScriptSerializer json = new JavaScriptSerializer();
    private readonly string root;
    private readonly string key;
    private readonly string institution;

    public Till(string root, string key, string institution)
    {
        this.root = root;
        this.key = key;
        this.institution = institution;
    }

    public static int Main(string[] args)
    {
        // Without this line, Windows 7 and programs compiled by csc alone speak TLS 1.0.
        ServicePointManager.SecurityProtocol = SecurityProtocolType.Tls12;
        ServicePointManager.Expect100Continue = false;
        if (args.Length == 4 && args[0] == "webhook")
        {
            var body = new MemoryStream();
            Console.OpenStandardInput().CopyTo(body);
            bool genuine = Genuine(args[1], body.ToArray(), args[2], long.Parse(args[3]));
            Console.WriteLine(genuine ? "genuine" : "refused");
            return genuine ? 0 : 1;
        }
        string institution = Environment.GetEnvironmentVariable("YIBAO_INSTITUTION");
        if (institution == null)
        {
            Console.Error.WriteLine("set YIBAO_INSTITUTION to your institution's id: receipts must be for it");
            return 2;
        }
        try
        {
            new Till(args[1], args[2], institution).Buy(args[3], args[4]);
            return 0;
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }

    // Verify one purchase of 128.50 yuan and redeem its receipt.
    public void Buy(string name, string idNumber)
    {
        string order = "POS-" + Guid.NewGuid().ToString("N").Substring(0, 12);
        dynamic opened = Post("/v1/verifications", new
        {
            order_no = order,
            amount_fen = 12850,
            counter = "1",
            cashier = new { id = "c01", name = "张收银" },
            cardholder = new { name = name, id_number = idNumber },
        });
        string here = "/v1/verifications/" + opened["id"];
        // persons[0] is the card-holder; the cashier picks who is really there.
        Post(here + "/attempts", new { channel = "push", person_id = opened["persons"][0]["person_id"] });
        Follow(here);
        string receipt = Get(here)["receipt"];
        if (receipt == null)
        {
            throw new InvalidOperationException("cancelled or lapsed: there is no receipt");
        }
        dynamic claims = Checked(receipt);
        if (claims["order_no"] != order || claims["amount_fen"] != 12850)
        {
            throw new InvalidOperationException("the receipt is for something else");
        }
        Post("/v1/receipts/" + claims["jti"] + "/redeem", new { settlement_no = order, amount_fen = 12850 });
        Console.WriteLine(claims["result"] + ": receipt checked and redeemed");
    }

    // Long-poll until the verification is over; after a failure, wait for a retry or an appeal.
    private void Follow(string here)
    {
        string state = "open";
        int last = 0;
        bool failed = false;
        while (state == "open")
        {
            dynamic news = Get(here + "/events?after=" + last + "&wait=25");
            var types = new List<string>();
            foreach (dynamic one in news["events"])
            {
                types.Add(one["type"]);
                Console.WriteLine("  " + one["type"]);
            }
            if (types.Any(Ended.Contains) || (failed && types.Count == 0))
            {
                throw new InvalidOperationException("not passed: push again, show a code or check documents");
            }
            failed = failed || types.Contains("attempt.failed");
            state = news["state"];
            last = news["last"];
        }
    }

    // Return what a receipt says (compact JWS, ES256), or throw unless a published key has signed it.
    private dynamic Checked(string receipt)
    {
        // A sandbox has an issuer and keys of its own: its receipts prove nothing.
        string path = key.StartsWith("yk_sandbox_", StringComparison.Ordinal) ? "/sandbox" : "";
        string[] parts = receipt.Split('.');
        dynamic jwk = Published(path, Parsed(Decoded(parts[0]))["kid"]);
        var point = new ECPoint { X = Decoded(jwk["x"]), Y = Decoded(jwk["y"]) };
        byte[] signed = Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]);
        dynamic claims = Parsed(Decoded(parts[1]));
        var p256 = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point };
        using (ECDsa ecdsa = ECDsa.Create(p256))
        {
            bool genuine = ecdsa.VerifyData(signed, Decoded(parts[2]), HashAlgorithmName.SHA256);
            if (!genuine || claims["iss"] != root + path)
            {
                throw new InvalidOperationException("the receipt is not genuine");
            }
        }
        if (claims["aud"] != institution)
        {
            throw new InvalidOperationException("the receipt is for another institution");
        }
        if (DateTime.UtcNow >= new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(claims["exp"]))
        {
            throw new InvalidOperationException("the receipt has expired");
        }
        return claims;
    }

    // Return the published key of this id; keep it until a receipt names one you do not know.
    private dynamic Published(string path, string kid)
    {
        foreach (dynamic one in Get(path + "/.well-known/jwks.json")["keys"])
        {
            if (one["kid"] == kid)
            {
                return one;
            }
        }
        throw new InvalidOperationException("nobody knows the receipt's key");
    }

    // Tell whether a webhook is genuine (X-Signature) and at most 300 s old; answer 2xx only then, else 401.
    public static bool Genuine(string secret, byte[] body, string header, long now)
    {
        Match sent = Regex.Match(header, @"\At=([0-9]{1,12}),v1=([0-9a-f]{64})\z");
        if (!sent.Success || Math.Abs(now - long.Parse(sent.Groups[1].Value)) > ToleranceS)
        {
            return false;
        }
        byte[] signed = Encoding.ASCII.GetBytes(sent.Groups[1].Value + ".").Concat(body).ToArray();
        using (var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(secret)))
        {
            return IsSame(Hex(hmac.ComputeHash(signed)), sent.Groups[2].Value);
        }
    }

    // Compare in constant time: how long it takes tells nobody how much of a forgery was right.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static bool IsSame(string one, string other)
    {
        int difference = one.Length ^ other.Length;
        for (int i = 0; i < one.Length && i < other.Length; i++)
        {
            difference |= one[i] ^ other[i];
        }
        return difference == 0;
    }

    private dynamic Get(string path)
    {
        return Sent(() => Request("GET", path));
    }

    // POST; every request has a key of its own, so that sending it again has one effect.
    private dynamic Post(string path, object body)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json.Serialize(body));
        string requestKey = Guid.NewGuid().ToString();
        return Sent(() =>
        {
            HttpWebRequest request = Request("POST", path);
            request.ContentType = "application/json";
            request.Headers["Idempotency-Key"] = requestKey;
            using (Stream stream = request.GetRequestStream())
            {
                stream.Write(bytes, 0, bytes.Length);
            }
            return request;
        });
    }

    private HttpWebRequest Request(string method, string path)
    {
        var request = (HttpWebRequest)WebRequest.Create(root + path);
        request.Method = method;
        request.Timeout = request.ReadWriteTimeout = PatienceMs;
        request.Headers["Authorization"] = "Bearer " + key;
        return request;
    }

    // Return the answer; while the server is busy or away, send the same again.
    private dynamic Sent(Func<HttpWebRequest> prepared)
    {
        DateTime giveUp = DateTime.UtcNow + Life;
        while (true)
        {
            TimeSpan pause = TimeSpan.FromSeconds(2);
            string why;
            try
            {
                using (WebResponse answer = prepared().GetResponse())
                {
                    return Parsed(Read(answer));
                }
            }
            catch (WebException error)
            {
                why = Reason(error, ref pause);
            }
            catch (IOException error)
            {
                why = error.Message;
            }
            if (DateTime.UtcNow + pause > giveUp)
            {
                throw new InvalidOperationException(why);
            }
            Console.WriteLine("  " + why + ": again in " + pause.TotalSeconds + " s");
            Thread.Sleep(pause);
        }
    }

    // Return why there was no answer yet and how long to wait for one, or throw what was refused.
    private string Reason(WebException error, ref TimeSpan pause)
    {
        var refusal = error.Response as HttpWebResponse;
        if (refusal == null)
        {
            return error.Message;
        }
        using (refusal)
        {
            int status = (int)refusal.StatusCode;
            bool isOurs = refusal.ContentType.StartsWith("application/problem", StringComparison.Ordinal);
            string code = isOurs ? Parsed(Read(refusal))["code"] : refusal.StatusDescription;
            int seconds;
            bool isTold = int.TryParse(refusal.Headers["Retry-After"], out seconds);
            if (isTold)
            {
                pause = TimeSpan.FromSeconds(seconds);
            }
            if (!isTold && !Busy.Contains(status) && code != "in_progress")
            {
                throw new InvalidOperationException(status + " " + code);
            }
            return status + " " + code;
        }
    }

    private static byte[] Read(WebResponse answer)
    {
        var body = new MemoryStream();
        using (Stream stream = answer.GetResponseStream())
        {
            stream.CopyTo(body);
        }
        return body.ToArray();
    }

    private dynamic Parsed(byte[] utf8)
    {
        return json.DeserializeObject(Encoding.UTF8.GetString(utf8));
    }

    private static string Hex(byte[] bytes)
    {
        return BitConverter.ToString(bytes).Replace("-", "").ToLowerInvariant();
    }

    private static byte[] Decoded(string base64Url)
    {
        string text = base64Url.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }
}
