// Octets that are shared, written in pieces and read in pieces.
#include "policy/base/octets.hpp"

#include <gtest/gtest.h>

namespace sealgate {
namespace {

TEST(Octets, OfACopyAreTheSameAndOutliveTheirMaker) {
    octets copy, part;
    {
        const octets made = std::string(100, 'x') + "tail";
        copy = made;
        part = made.part(98, 4);
        EXPECT_EQ(copy.view().data(), made.view().data());
    }
    EXPECT_EQ(copy, std::string(100, 'x') + "tail");
    EXPECT_EQ(part, "xxta");
    EXPECT_EQ(copy.part(102), "il");
    EXPECT_EQ(copy.part(102, 50), "il");
}

TEST(Octets, AShortTextStaysWhereItIsSeen) {
    const octets made = std::string("ab");
    const octets moved = std::vector<octets>{made}.front();
    EXPECT_EQ(moved, "ab");
    EXPECT_TRUE(octets().empty());
}

TEST(Octets, WrittenInPiecesAreWhole) {
    const auto writer = write_in_memory(2);
    for (const auto* piece : {"one ", "", "two ", "three"}) writer->append(piece);
    EXPECT_EQ(writer->finish(), "one two three");
}

TEST(Octets, OfPiecesAreReadInAnySteps) {
    const octet_pieces pieces{"head\r\n", "", "body", "end"};
    EXPECT_EQ(size_of(pieces), 13U);
    EXPECT_EQ(joined(pieces), "head\r\nbodyend");
    for (std::size_t step = 1; step <= 14; ++step) {
        pieces_reader reader(pieces);
        std::string read, buffer(step, '\0');
        for (auto count = reader.read(buffer.data(), step); count > 0; count = reader.read(buffer.data(), step))
            read.append(buffer, 0, count);
        EXPECT_EQ(read, joined(pieces)) << step;
    }
    char octet = 0;
    EXPECT_EQ(pieces_reader(octet_pieces{}).read(&octet, 1), 0U);
}

} // namespace
} // namespace sealgate
