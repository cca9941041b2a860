// To which found certificate mail was sealed: kept, told when it changes, and never taken for nothing where it cannot be read.
#include "keys/base/files.hpp"
#include "keys/store/pins.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace sealgate::keys {
namespace {

constexpr time_point second(int seconds) { return time_point(std::chrono::seconds(seconds)); }

class Pins : public testing::Test {
protected:
    temporary_directory directory{std::filesystem::temp_directory_path()};
    std::filesystem::path file = directory.path() / "trust" / "pins.sqlite";
};

TEST_F(Pins, AreKept) {
    pins first(file);
    EXPECT_EQ(first.of("kay@example.org"), "");
    EXPECT_FALSE(std::filesystem::exists(file)) << "whoever asks makes nothing";
    EXPECT_EQ(first.put({{.address = "kay@example.org", .fingerprint = "A", .since = second(1)}}).front().replaces, "");
    EXPECT_EQ(first.of("kay@example.org"), "A");
    EXPECT_EQ(pins(file).of("kay@example.org"), "A");
    EXPECT_EQ(pins(file).of("Kay@example.org"), "") << "by address key";
}

TEST_F(Pins, ThatWereMadeLatelyAreListed) {
    pins all(file);
    EXPECT_THAT(all.since({}), testing::IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(file));
    all.put({{.address = "kay@example.org", .fingerprint = "A", .since = second(1)}});
    all.put({{.address = "kay@example.org", .fingerprint = "B", .since = second(3)},
             {.address = "ann@example.org", .fingerprint = "C", .since = second(2)}});
    EXPECT_EQ(all.since({}).size(), 2u);
    ASSERT_EQ(all.since(second(3)).size(), 1u);
    const auto last = all.since(second(3)).front();
    EXPECT_EQ(last.address + last.fingerprint + last.replaces, "kay@example.orgBA");
    EXPECT_EQ(last.since, second(3));
}

TEST_F(Pins, TellWhatTheyReplace) {
    pins all(file);
    all.put({{.address = "kay@example.org", .fingerprint = "A", .since = second(1)},
             {.address = "bob@example.org", .fingerprint = "B", .since = second(1)}});
    const auto put = all.put({{.address = "kay@example.org", .fingerprint = "C", .since = second(2)},
                              {.address = "bob@example.org", .fingerprint = "B", .since = second(2)}});
    EXPECT_EQ(put[0].replaces, "A");
    EXPECT_EQ(put[1].replaces, "") << "the same";
    EXPECT_EQ(all.of("kay@example.org"), "C");
}

TEST_F(Pins, WhatIsReplacedIsAnnouncedBeforeItIs) {
    pins all(file);
    std::vector<std::string> announced;
    const auto announce = [&](const std::vector<pin>& replacing) {
        for (const auto& one : replacing)
            announced.push_back(one.replaces + ">" + one.fingerprint + " " + pins(file).of(one.address));
    };
    all.put({{.address = "kay@example.org", .fingerprint = "A", .since = second(1)}}, announce);
    EXPECT_THAT(announced, testing::IsEmpty()) << "it takes nobody's place";
    all.put({{.address = "kay@example.org", .fingerprint = "B", .since = second(2)},
             {.address = "bob@example.org", .fingerprint = "B", .since = second(2)}},
            announce);
    EXPECT_THAT(announced, testing::ElementsAre("A>B A"));
    const auto refuse = [](const std::vector<pin>&) { throw std::runtime_error("no room"); };
    EXPECT_THROW(all.put({{.address = "kay@example.org", .fingerprint = "C", .since = second(3)}}, refuse), std::runtime_error);
    EXPECT_EQ(pins(file).of("kay@example.org"), "B");
}

TEST_F(Pins, OfAnotherProcessAreSeen) {
    pins reader(file), writer(file);
    writer.put({{.address = "kay@example.org", .fingerprint = "A", .since = second(1)}});
    EXPECT_EQ(reader.of("kay@example.org"), "A");
    writer.put({{.address = "kay@example.org", .fingerprint = "B", .since = second(2)}});
    EXPECT_EQ(reader.of("kay@example.org"), "B");
}

TEST_F(Pins, ThatCannotBeReadAreAnError) {
    pins(file).put({{.address = "kay@example.org", .fingerprint = "A", .since = second(1)}});
    std::ofstream(file) << std::string(5000, 'x');
    EXPECT_THROW(pins(file).of("kay@example.org"), sqlite_error);
    EXPECT_THROW(pins(file).put({{.address = "kay@example.org", .fingerprint = "B", .since = second(1)}}), sqlite_error);
}

} // namespace
} // namespace sealgate::keys
