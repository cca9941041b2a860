// Frames from octets, in any pieces, within bounds.
#include "milter/protocol/wire.hpp"
#include "tests/milter/protocol/frames.hpp"

#include <gtest/gtest.h>

using namespace std::string_literals;

namespace sealgate::milter {
namespace {

using test::packet;

struct read_frame {
    command letter;
    std::string payload;
    bool operator==(const read_frame&) const = default;
};

struct reading {
    std::vector<read_frame> frames;
    std::string error;
    bool operator==(const reading&) const = default;
};

reading read_in_chunks(std::string_view stream, std::size_t chunk_size) {
    reading out;
    frame_reader reader;
    for (std::size_t at = 0; at < stream.size() && out.error.empty(); at += chunk_size) {
        const std::string chunk(stream.substr(at, chunk_size)); // its own memory: a view kept too long is seen by ASan
        reader.feed(chunk);
        for (auto next = reader.next();; next = reader.next()) {
            if (!next) out.error = next.error().what;
            if (!next || !*next) break;
            out.frames.push_back({(*next)->letter, std::string((*next)->payload)});
        }
    }
    return out;
}

TEST(Wire, FramesAreTheSameInAnyChunking) {
    const auto big = std::string(70'000, 'x');
    const auto stream = packet('A') + packet('H', "client.example\0"s) + packet('B', big) + packet('N') + packet('Q');
    const std::vector<read_frame> expected{{command::abort, ""},
                                           {command::helo, "client.example\0"s},
                                           {command::body, big},
                                           {command::end_of_header, ""},
                                           {command::quit, ""}};
    for (const std::size_t size : {1UZ, 2UZ, 3UZ, 4UZ, 5UZ, 6UZ, 7UZ, 64UZ, 65'536UZ, stream.size()}) {
        const auto got = read_in_chunks(stream, size);
        EXPECT_EQ(got.error, "") << size;
        EXPECT_TRUE(got.frames == expected) << "chunks of " << size;
    }
}

TEST(Wire, FrameWithinAChunkIsNotCopied) {
    const auto stream = packet('B', "body") + packet('B', "more");
    frame_reader reader;
    reader.feed(stream);
    EXPECT_EQ((*reader.next())->payload.data(), stream.data() + 5);
    EXPECT_EQ((*reader.next())->payload.data(), stream.data() + 14);
    EXPECT_FALSE(*reader.next());
}

TEST(Wire, TruncatedFrameWaitsAtEveryLength) {
    const auto stream = packet('H', "client.example\0"s);
    for (std::size_t length = 0; length < stream.size(); ++length) {
        frame_reader reader;
        reader.feed(std::string_view(stream).substr(0, length));
        const auto next = reader.next();
        ASSERT_TRUE(next) << length;
        EXPECT_FALSE(*next) << length;
        EXPECT_EQ(reader.pending(), length);
    }
}

TEST(Wire, LongestFrameIsRead) {
    const auto stream = packet('B', std::string(longest_frame - 1, 'x'));
    const auto got = read_in_chunks(stream, 65'536);
    ASSERT_EQ(got.frames.size(), 1U);
    EXPECT_EQ(got.frames[0].payload.size(), longest_frame - 1);
}

struct intruder {
    std::string bytes;
    std::string said;
};

TEST(Wire, WhatIsNoMilterClientIsRefusedAtItsFirstBytesInAnyChunking) {
    const std::vector<intruder> intruders{
        {"GET / HTTP/1.1\r\n", "frame of 1195725856 bytes announced (limit 1048576), first bytes 47 45 54 20 \"GET \""},
        {"\x16\x03\x01\x02\x00\x01"s, "frame of 369295618 bytes announced (limit 1048576), first bytes 16 03 01 02 \"????\""},
        {"\xFF\xFF\xFF\xFF"s, "frame of 4294967295 bytes announced (limit 1048576), first bytes FF FF FF FF \"????\""},
        {"\x00\x10\x00\x01"s, "frame of 1048577 bytes announced (limit 1048576), first bytes 00 10 00 01 \"????\""},
        {"\0\0\0\0"s, "frame of 0 bytes announced"},
        {"\0\0\0\x0CX"s, "unknown command 58 \"X\" in a frame of 12 bytes"},
        {"\0\0\0\x01\n"s, "unknown command 0A \"?\" in a frame of 1 bytes"},
    };
    for (const auto& [bytes, said] : intruders)
        for (const std::size_t size : {1UZ, 3UZ, 100UZ}) {
            EXPECT_EQ(read_in_chunks(bytes, size).error, said);
            EXPECT_EQ(read_in_chunks(packet('A') + bytes, size).error, said);
        }
}

TEST(Wire, ErrorIsRepeated) {
    const auto broken = "\0\0\0\0"s;
    const auto sound = packet('A');
    frame_reader reader;
    reader.feed(broken);
    const auto first = reader.next();
    ASSERT_FALSE(first);
    reader.feed(sound);
    EXPECT_EQ(reader.next().error(), first.error());
}

TEST(Wire, ReplyIsFramed) {
    EXPECT_EQ(frame_of(reply::accept), "\0\0\0\x01"
                                       "a"s);
    EXPECT_EQ(frame_of(reply::quarantine, "why\0"s), "\0\0\0\x05qwhy\0"s);
}

} // namespace
} // namespace sealgate::milter
