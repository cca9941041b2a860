#include "milter/threads/memory.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <future>
#include <sys/stat.h>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::chrono::system_clock::time_point morning = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 9h;

class ThreadMemory : public testing::Test {
protected:
    std::unique_ptr<thread_memory> open() {
        said.clear();
        return std::make_unique<thread_memory>(
            directory, [this](std::string_view line) { said.emplace_back(line); }, [] { return morning; });
    }

    // Why the disk does not have it, or nothing.
    static std::string remember(thread_memory& memory, const std::string& id, const std::string& name = "confidential") {
        std::promise<std::string> answered;
        memory.remember({id}, name, [&](std::string error) { answered.set_value(std::move(error)); });
        return answered.get_future().get();
    }

    fs::path file() const { return thread_memory_file(directory); }
    fs::path key() const { return thread_key_file(directory); }
    std::string content() const { return keys::read_file(file()); }
    static unsigned mode_of(const fs::path& path) {
        struct stat status = {};
        return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
    }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    fs::path directory = scratch.path() / "threads";
    std::vector<std::string> said;
};

TEST_F(ThreadMemory, IsKeptAcrossRestarts) {
    {
        const auto memory = open();
        EXPECT_THAT(memory->find({"1@a"}), IsEmpty());
        EXPECT_EQ(remember(*memory, "1@a"), "");
        EXPECT_EQ(remember(*memory, "2@a", "internal"), "");
        memory->join({"3@b"}, "confidential");
        EXPECT_THAT(memory->find({"3@b"}), ElementsAre("confidential")) << "at once";
    }
    const auto memory = open();
    EXPECT_THAT(said, IsEmpty());
    EXPECT_THAT(memory->find({"1@a", "2@a"}), ElementsAre("confidential", "internal"));
    EXPECT_THAT(memory->find({"3@b"}), ElementsAre("confidential"));
    EXPECT_EQ(mode_of(directory), 0700U);
    EXPECT_EQ(mode_of(file()), 0600U);
    EXPECT_EQ(mode_of(key()), 0600U);
}

TEST_F(ThreadMemory, WhatIsAnsweredIsInTheFile) {
    const auto memory = open();
    EXPECT_EQ(remember(*memory, "1@a"), "");
    EXPECT_EQ(remember(*memory, "2@a"), "");
    const auto read = read_threads(directory);
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->size(), 2U);
}

TEST_F(ThreadMemory, AnEndCutShortIsNoMatter) {
    remember(*open(), "1@a");
    keys::open_file(file(), O_WRONLY | O_APPEND).write_all("0123456789abcdef0123456789abcdef ou");
    {
        const auto memory = open();
        EXPECT_THAT(said, IsEmpty());
        EXPECT_EQ(remember(*memory, "2@a"), "");
    }
    EXPECT_THAT(open()->find({"1@a", "2@a"}), ElementsAre("confidential"));
    EXPECT_THAT(said, IsEmpty());
    EXPECT_THAT(content(), testing::Not(HasSubstr(" ou\n")));
}

TEST_F(ThreadMemory, WhatCannotBeReadIsMovedAsideAndTheRestIsKept) {
    remember(*open(), "1@a");
    keys::open_file(file(), O_WRONLY | O_APPEND).write_all("garbage\n");
    const auto before = content();
    EXPECT_THAT(open()->find({"1@a"}), ElementsAre("confidential"));
    EXPECT_THAT(said, ElementsAre(HasSubstr("1 of its lines cannot be read")));
    EXPECT_EQ(keys::read_file(file().string() + ".broken"), before);
    EXPECT_THAT(open()->find({"1@a"}), ElementsAre("confidential")) << "written anew";
    EXPECT_THAT(said, IsEmpty());
}

TEST_F(ThreadMemory, AFileOfAnotherKeyOrOfNobodyIsMovedAside) {
    remember(*open(), "1@a");
    keys::replace_file(key(), std::string(64, 'a') + "\n");
    EXPECT_THAT(open()->find({"1@a"}), IsEmpty());
    EXPECT_THAT(said, ElementsAre(HasSubstr("none that this gateway has written with its key")));
    EXPECT_TRUE(fs::exists(file().string() + ".broken"));
    keys::replace_file(file(), "[client]\nuser = root\n");
    EXPECT_EQ(remember(*open(), "2@a"), "");
    EXPECT_TRUE(fs::exists(file().string() + ".broken-1")) << "the first one stays";
    EXPECT_THAT(open()->find({"2@a"}), ElementsAre("confidential"));
}

TEST_F(ThreadMemory, AKeyThatIsNoneIsMovedAsideWithWhatItWrote) {
    remember(*open(), "1@a");
    keys::replace_file(key(), "password\n");
    {
        const auto memory = open();
        EXPECT_EQ(said.size(), 2U);
        EXPECT_EQ(remember(*memory, "2@a"), "");
    }
    EXPECT_TRUE(fs::exists(key().string() + ".broken"));
    EXPECT_THAT(open()->find({"2@a"}), ElementsAre("confidential"));
}

TEST_F(ThreadMemory, WhatCannotBeWrittenIsSaidOnceKnownNeverthelessAndWrittenLater) {
    keys::make_private_directory(directory);
    fs::create_directory(file()); // nothing can be renamed over it
    keys::replace_file(file() / "x", "");
    const auto memory = open();
    fs::create_directory(file()); // it was moved aside: here is another one
    keys::replace_file(file() / "x", "");
    said.clear();
    EXPECT_NE(remember(*memory, "1@a"), "");
    EXPECT_NE(remember(*memory, "2@a"), "");
    EXPECT_THAT(said, ElementsAre(HasSubstr("sensitive mail is deferred until it works")));
    EXPECT_THAT(memory->find({"1@a"}), ElementsAre("confidential"));
    fs::remove_all(file());
    EXPECT_EQ(remember(*memory, "3@a"), "");
    EXPECT_THAT(said.back(), HasSubstr("works again"));
    const auto read = read_threads(directory);
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->size(), 3U);
}

TEST_F(ThreadMemory, ADirectoryThatCannotBeMadeEndsNothing) {
    keys::replace_file(directory, "a file");
    const auto memory = open();
    EXPECT_EQ(said.size(), 1U);
    EXPECT_NE(remember(*memory, "1@a"), "");
    EXPECT_THAT(memory->find({"1@a"}), ElementsAre("confidential"));
    keys::remove_file(directory);
    EXPECT_EQ(remember(*memory, "2@a"), "");
    EXPECT_THAT(open()->find({"1@a"}), ElementsAre("confidential"));
}

TEST_F(ThreadMemory, ALongLifeDoesNotMakeTheFileLong) {
    const auto memory = open();
    for (int i = 0; i < 40'000; ++i) memory->remember({"1@a"}, "confidential", {});
    EXPECT_EQ(remember(*memory, "1@a"), "");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(remember(*memory, "1@a"), "");
    EXPECT_LT(content().size(), std::size_t{3} << 20);
}

TEST_F(ThreadMemory, ReadersLeaveItAlone) {
    const auto nothing = read_threads(directory);
    ASSERT_TRUE(nothing);
    EXPECT_THAT(nothing->find({"1@a"}), IsEmpty());
    EXPECT_FALSE(fs::exists(directory));
    remember(*open(), "1@a");
    keys::open_file(file(), O_WRONLY | O_APPEND).write_all("garbage\n");
    const auto before = content();
    EXPECT_THAT(read_threads(directory)->find({"1@a"}), ElementsAre("confidential"));
    EXPECT_EQ(content(), before);
    keys::replace_file(key(), std::string(64, 'b') + "\n");
    EXPECT_THAT(read_threads(directory).error(), HasSubstr("none that the gateway has written"));
    keys::remove_file(key());
    EXPECT_THAT(read_threads(directory).error(), HasSubstr("cannot open"));
}

} // namespace
} // namespace sealgate::milter
