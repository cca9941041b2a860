// Packets in every form of length; an encrypted message and nothing but that.
#include "keys/openpgp/encrypted_message.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/openpgp/session_key.hpp"
#include "tests/keys/support/noise.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

using namespace std::string_literals;

// Others each time: what repeats is no noise.
std::string octets(std::size_t count) {
    static unsigned seed = 0;
    return test::noise(count, ++seed);
}

// New format, one- or two-octet length.
std::string packet_of(int type, const std::string& body) {
    std::string out(1, static_cast<char>(0xC0 | type));
    if (body.size() < 192) {
        out += static_cast<char>(body.size());
    } else {
        out += static_cast<char>(192 + ((body.size() - 192) >> 8));
        out += static_cast<char>((body.size() - 192) & 0xFF);
    }
    return out + body;
}

const auto ecdh = "\x12\x01\x07\x40"s + octets(32) + "\x30" + octets(48);
const auto pkesk = packet_of(1, "\x03\x01\x23\x45\x67\x89\xAB\xCD\xEF"s + ecdh);
const auto hidden = packet_of(1, "\x03"s + std::string(8, '\0') + ecdh);
const auto pkesk_v6 =
    packet_of(1, "\x06\x21\x06\xFE\xDC\xBA\x98\x76\x54\x32\x10"s + octets(24) + "\x19" + octets(32) + "\x28" + octets(40));
const auto skesk = packet_of(3, "\x04\x09\x03\x08"s + octets(9));
const auto seipd = packet_of(18, "\x01"s + octets(100));
const auto seipd_v2 = packet_of(18, "\x02\x09\x02\x06"s + octets(100));
const auto skesk_v5 = packet_of(3, "\x05\x09\x02\x03\x08"s + octets(9 + 15 + 32 + 16));
const auto ocb = packet_of(20, "\x01\x09\x02\x10"s + octets(100));
const auto marker = packet_of(10, "PGP");
const auto padding = packet_of(21, octets(30));
const auto literal = packet_of(11, "b"s + std::string(5, '\0') + "in clear");

TEST(Packets, OldAndNewHeadersSayTheSame) {
    struct {
        std::string bytes;
        std::size_t size;
    } const cases[] = {
        {"\xCB\x05"s + octets(5), 5},                          // new, one octet
        {"\xCB\xC0\x00"s + octets(192), 192},                  // new, two octets
        {"\xCB\xFF\x00\x00\x00\x05"s + octets(5), 5},          // new, five octets
        {"\xAC\x05"s + octets(5), 5},                          // old, one octet
        {"\xAD\x00\x05"s + octets(5), 5},                      // old, two octets
        {"\xAE\x00\x00\x00\x05"s + octets(5), 5},              // old, four octets
        {"\xAF"s + octets(5), 5},                              // old, to the end
        {"\xCB\xE9"s + octets(512) + "\x05" + octets(5), 517}, // new, a chunk and the rest
    };
    for (const auto& c : cases) {
        const auto packets = walk_packets(c.bytes, 10);
        ASSERT_TRUE(packets) << packets.error();
        ASSERT_EQ(packets->size(), 1u);
        EXPECT_EQ(packets->front().type, packet_type::literal);
        EXPECT_EQ(packets->front().size, c.size);
        EXPECT_EQ(packets->front().whole, c.bytes);
    }
}

TEST(Packets, WhatDoesNotFitIsRefused) {
    const std::string cases[] = {
        "hello",                              // no packet at all
        "\xCB",                               // no length
        "\xCB\x05"s + octets(4),              // one octet short
        "\xCB\xFF\xFF\xFF\xFF\xFF"s,          // four gigabytes
        "\xCB\xE8"s + octets(256) + "\x01z",  // a first chunk below 512
        "\xCB\xE9"s + octets(512),            // a chunk, and no more
        "\xC1\xE9"s + octets(512) + "\x01z",  // a PKESK in chunks
        "\x87"s + octets(5),                  // a PKESK to the end
        pkesk + std::string(1, '\0') + seipd, // a NUL between
    };
    for (const auto& bytes : cases) EXPECT_FALSE(walk_packets(bytes, 10)) << testing::PrintToString(bytes);
}

TEST(Packets, MorePacketsThanTheLimitAreRefused) {
    std::string many;
    for (int i = 0; i < 11; ++i) many += marker;
    EXPECT_FALSE(walk_packets(many, 10));
    EXPECT_TRUE(walk_packets(many, 11));
}

TEST(EncryptedMessage, TellsWhoCanReadIt) {
    const auto message = read_encrypted_message(marker + pkesk + hidden + skesk + padding + seipd);
    ASSERT_TRUE(message) << message.error();
    ASSERT_EQ(message->readers.size(), 2u);
    EXPECT_EQ(message->readers[0].key_id, "0123456789ABCDEF");
    EXPECT_EQ(message->readers[0].algorithm, 18);
    EXPECT_EQ(message->readers[1].key_id, hidden_key_id);
    EXPECT_EQ(message->passphrases, 1u);
    EXPECT_EQ(message->seipd_version, 1);
}

TEST(EncryptedMessage, Version6NamesAKeyByTheFrontOfItsFingerprint) {
    const auto message = read_encrypted_message(pkesk_v6 + seipd_v2);
    ASSERT_TRUE(message) << message.error();
    ASSERT_EQ(message->readers.size(), 1u);
    EXPECT_EQ(message->readers[0].key_id, "FEDCBA9876543210");
}

TEST(EncryptedMessage, LibrePgpHasAFormOfItsOwn) {
    for (const auto& bytes : {pkesk + ocb, skesk + ocb, skesk_v5 + ocb, pkesk + skesk_v5 + ocb}) {
        const auto message = read_encrypted_message(bytes);
        ASSERT_TRUE(message) << message.error();
        EXPECT_EQ(message->seipd_version, 0);
    }
}

std::string repeated_skesk(unsigned count, unsigned seed = 0) {
    std::string out;
    for (unsigned i = 0; i < count; ++i) out += packet_of(3, "\x04\x09\x03\x08"s + test::noise(8, 10 * seed + i) + "\xFF");
    return out;
}

TEST(EncryptedMessage, EverythingElseIsNone) {
    struct {
        std::string bytes;
        const char* error;
    } const cases[] = {
        {"", "no encrypted data"},
        {pkesk, "no encrypted data"},
        {seipd, "encrypted, but to nobody"},
        {literal, "plain data, not encrypted"},
        {packet_of(8, "\x01"s + octets(20)), "compressed, not encrypted"},
        {packet_of(4, octets(13)), "signed, not encrypted"},
        {packet_of(2, octets(70)), "signed, not encrypted"},
        {packet_of(6, octets(70)), "a certificate, not a message"},
        {pkesk + packet_of(9, octets(100)), "encrypted without integrity protection"},
        {packet_of(20, "\x01\x09\x02\x10"s + octets(100)), "encrypted, but to nobody"},
        {pkesk + packet_of(20, "\x01\x09\x02\x10"s + octets(50)), "encrypted data that cannot be read"},
        {pkesk + packet_of(20, "\x02\x09\x02\x10"s + octets(100)), "encrypted data that cannot be read"},
        {pkesk_v6 + ocb, "encrypted data that cannot be read"},
        {skesk_v5 + seipd, "encrypted data that cannot be read"},
        {skesk_v5 + seipd_v2, "encrypted data that cannot be read"},
        {pkesk + seipd + literal, "something follows the encrypted data"},
        {pkesk + seipd + seipd, "something follows the encrypted data"},
        {pkesk + seipd + pkesk, "something follows the encrypted data"},
        {pkesk + seipd + marker, "something follows the encrypted data"},
        {pkesk + literal + seipd, "plain data, not encrypted"},
        {packet_of(10, "the price is 42") + pkesk + seipd, "a marker packet with something in it"},
        {pkesk + seipd_v2, "encrypted data that cannot be read"},
        {pkesk_v6 + seipd, "encrypted data that cannot be read"},
        {pkesk + packet_of(18, "\x01"s + octets(20)), "encrypted data that cannot be read"},
        {pkesk + packet_of(18, "\x07"s + octets(200)), "encrypted data that cannot be read"},
        {packet_of(1, "\x03short") + seipd, "an encrypted session key that cannot be read"},
        {packet_of(1, "\x02"s + octets(60)) + seipd, "an encrypted session key that cannot be read"},
        {packet_of(3, "\x04\x09\x02\x08"s + octets(9)) + seipd, "a passphrase packet that cannot be read"},
        {pkesk_v6 + packet_of(18, "\x02\x09\x04\x06"s + octets(100)), "encrypted data that cannot be read"},
        {pkesk_v6 + packet_of(18, "\x02\x09\x02\x11"s + octets(100)), "encrypted data that cannot be read"},
        {pkesk + packet_of(20, "\x01\x05\x02\x10"s + octets(100)), "encrypted data that cannot be read"},
        {pkesk + padding + padding + seipd, "more than one padding packet"},
        {repeated_skesk(9) + seipd, "more passphrases than anybody needs"},
        {packet_of(60, "x") + seipd, "not an OpenPGP message"},
    };
    for (const auto& c : cases) {
        const auto message = read_encrypted_message(c.bytes);
        EXPECT_EQ(message ? "encrypted" : message.error(), c.error);
    }
}

TEST(EncryptedMessage, WhatShouldBeCiphertextMustNotBeReadable) {
    const auto html = "<html><body><h1>The source is Jane Roe</h1><p>Meet at five.</p></body></html>"s;
    std::string in_chunks = "\xD2\xE9\x01"s + octets(511); // a chunk of 512, then many of one octet each
    for (const char c : html) in_chunks += "\xE0"s + c;
    in_chunks += '\0';
    const std::string cases[] = {
        pkesk + packet_of(18, "\x01" + html),
        pkesk + packet_of(18, "\x01" + octets(40) + html + octets(40)),
        pkesk + in_chunks,
        pkesk_v6 + packet_of(18, "\x02\x09\x02\x06" + octets(32) + html),
        packet_of(1, "\x03\x01\x23\x45\x67\x89\xAB\xCD\xEF\x63" + html) + seipd,
        pkesk + packet_of(21, html) + seipd,
    };
    for (const auto& bytes : cases) {
        const auto message = read_encrypted_message(bytes);
        EXPECT_EQ(message ? "encrypted" : message.error(), readable_ciphertext) << testing::PrintToString(bytes);
    }
}

TEST(EncryptedMessage, ALetterInManySmallPacketsIsFound) {
    const auto letter = "The source is Jane Roe, meet her at five behind the old station, and bring cash. "s;
    std::string packets, honest;
    for (unsigned i = 0; i < 10; ++i) {
        const auto head = "\x03" + test::noise(8, i) + "\x63";
        packets += packet_of(1, head + letter.substr(i * 8, 20) + test::noise(40, i));
        honest += packet_of(1, head + test::noise(60, i));
    }
    EXPECT_TRUE(read_encrypted_message(honest + seipd));
    const auto message = read_encrypted_message(packets + seipd);
    EXPECT_EQ(message ? "encrypted" : message.error(), readable_ciphertext);
}

TEST(EncryptedMessage, AsManyReadersAsThereMayBeAreNoLetter) {
    std::string packets;
    for (unsigned i = 0; i < most_message_packets - 1; ++i)
        packets += packet_of(1, "\x03"s + std::string(8, '\0') + "\x12\x01\x07\x40" + test::noise(32, i) + "\x30" +
                                    test::noise(48, i + 50'000));
    const auto message = read_encrypted_message(packets + seipd);
    EXPECT_TRUE(message) << message.error();
    EXPECT_TRUE(read_encrypted_message(repeated_skesk(8) + seipd));
}

TEST(EncryptedMessage, ManySmallMessagesOfOneMailAreNoLetter) {
    piecemeal_noise of_mail;
    for (unsigned i = 0; i < 300; ++i) {
        const auto for_bob =
            packet_of(1, "\x03\x01\x23\x45\x67\x89\xAB\xCD\xEF\x12\x01\x07\x40"s + octets(32) + "\x30" + octets(48));
        const auto message =
            read_encrypted_message(for_bob + repeated_skesk(1 + i % 2, i) + packet_of(18, "\x01" + octets(45)), of_mail);
        EXPECT_TRUE(message) << i << ": " << message.error();
    }
}

TEST(EncryptedMessage, TheSameMessageAgainIsNoPattern) {
    piecemeal_noise of_mail;
    for (int i = 0; i < 9; ++i) EXPECT_TRUE(read_encrypted_message(pkesk + skesk + seipd, of_mail)) << i;
}

TEST(EncryptedMessage, ALetterInManySmallMessagesOfOneMailIsFound) {
    const auto letter = "The source is Jane Roe, meet her at five behind the old station, and bring cash. "s;
    const auto piece = [&](unsigned i) { return letter.substr(i * 4 % 50, 30); };
    const auto fingerprint = [&](unsigned i) { return piece(i) + letter.substr(i, 2); };
    const auto is_found = [&](auto message) {
        piecemeal_noise of_mail;
        for (unsigned i = 0; i < 12; ++i)
            if (!read_encrypted_message(message(i), of_mail)) return i > 0;
        return false;
    };
    EXPECT_TRUE(is_found([&](unsigned i) { return pkesk + packet_of(18, "\x01" + piece(i) + octets(20)); })) << "in the data";
    EXPECT_TRUE(is_found([&](unsigned i) {
        return packet_of(1, "\x06\x21\x06" + fingerprint(i) + "\x19" + octets(32) + "\x28" + octets(40)) + seipd_v2;
    })) << "in fingerprints";
    EXPECT_FALSE(is_found([&](unsigned) { return pkesk_v6 + seipd_v2.substr(0, 4) + octets(102); }));
}

TEST(EncryptedMessage, SessionKeysHaveABound) {
    const auto of_size = [](std::size_t size) { return packet_of(1, "\x03" + octets(8) + "\x63" + octets(size)); };
    EXPECT_TRUE(read_encrypted_message(of_size(2200) + seipd));
    EXPECT_FALSE(read_encrypted_message(of_size(8250) + seipd));
}

TEST(EncryptedMessage, EveryCutIsRefused) {
    const auto whole = pkesk + seipd;
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(read_encrypted_message(whole.substr(0, size))) << size;
}

TEST(EncryptedMessage, NoByteChangedCrashesIt) {
    const auto whole = marker + pkesk + pkesk_v6 + skesk + seipd;
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (int value = 0; value < 256; ++value) {
            auto changed = whole;
            changed[at] = static_cast<char>(value);
            (void)read_encrypted_message(changed);
        }
}

} // namespace
} // namespace sealgate::keys
