// Mono declares ECDsa and throws NotImplementedException. For the tests alone, OpenSSL answers in its place:
// a type in the source wins over the library's of the same name, so Till.cs is compiled as it is.

using System.Runtime.InteropServices;

namespace System.Security.Cryptography
{
    public sealed class ECDsa : IDisposable
    {
        private const string OpenSsl = "libcrypto.so.3";
        private const int P256 = 415;
        private const int Side = 32;
        private const byte Uncompressed = 4;

        private readonly IntPtr key;

        private ECDsa(IntPtr key)
        {
            this.key = key;
        }

        public static ECDsa Create(ECParameters parameters)
        {
            if (parameters.Curve.Oid.FriendlyName != ECCurve.NamedCurves.nistP256.Oid.FriendlyName)
            {
                throw new PlatformNotSupportedException("another curve than P-256");
            }
            var point = new byte[1 + 2 * Side];
            point[0] = Uncompressed;
            parameters.Q.X.CopyTo(point, 1);
            parameters.Q.Y.CopyTo(point, 1 + Side);
            IntPtr key = EC_KEY_new_by_curve_name(P256);
            if (EC_KEY_oct2key(key, point, new UIntPtr((uint)point.Length), IntPtr.Zero) != 1)
            {
                throw new CryptographicException("not a point of the curve");
            }
            return new ECDsa(key);
        }

        public bool VerifyData(byte[] data, byte[] signature, HashAlgorithmName hashAlgorithm)
        {
            if (hashAlgorithm != HashAlgorithmName.SHA256)
            {
                throw new PlatformNotSupportedException("another hash than SHA-256");
            }
            if (signature.Length != 2 * Side)
            {
                return false;
            }
            byte[] hash;
            using (var sha256 = SHA256.Create())
            {
                hash = sha256.ComputeHash(data);
            }
            IntPtr both = ECDSA_SIG_new();
            ECDSA_SIG_set0(both, Number(signature, 0), Number(signature, Side));
            bool isGenuine = ECDSA_do_verify(hash, hash.Length, both, key) == 1;
            ECDSA_SIG_free(both);
            return isGenuine;
        }

        public void Dispose()
        {
            EC_KEY_free(key);
        }

        private static IntPtr Number(byte[] from, int start)
        {
            var bytes = new byte[Side];
            Array.Copy(from, start, bytes, 0, Side);
            return BN_bin2bn(bytes, Side, IntPtr.Zero);
        }

        [DllImport(OpenSsl)]
        private static extern IntPtr EC_KEY_new_by_curve_name(int curve);

        [DllImport(OpenSsl)]
        private static extern int EC_KEY_oct2key(IntPtr key, byte[] point, UIntPtr length, IntPtr context);

        [DllImport(OpenSsl)]
        private static extern void EC_KEY_free(IntPtr key);

        [DllImport(OpenSsl)]
        private static extern IntPtr BN_bin2bn(byte[] bytes, int length, IntPtr into);

        [DllImport(OpenSsl)]
        private static extern IntPtr ECDSA_SIG_new();

        [DllImport(OpenSsl)]
        private static extern int ECDSA_SIG_set0(IntPtr signature, IntPtr r, IntPtr s);

        [DllImport(OpenSsl)]
        private static extern void ECDSA_SIG_free(IntPtr signature);

        [DllImport(OpenSsl)]
        private static extern int ECDSA_do_verify(byte[] hash, int length, IntPtr signature, IntPtr key);
    }
}
