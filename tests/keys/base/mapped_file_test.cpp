// Files seen as octets: they outlive the file's name, and a disk that does not have them is an error.
#include "keys/base/files.hpp"
#include "keys/base/mapped_file.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <system_error>

namespace sealgate::keys {
namespace {

namespace fs = std::filesystem;

class MappedFile : public testing::Test {
protected:
    fs::path written(std::string_view content) const {
        replace_file(file, content);
        return file;
    }

    temporary_directory scratch{fs::temp_directory_path()};
    fs::path file = scratch.path() / "file";
};

TEST_F(MappedFile, OutlivesItsDescriptorAndItsName) {
    const std::string content = std::string(300'000, 'x') + "end";
    std::optional<open_file> opened(std::in_place, written(content), O_RDONLY);
    const auto seen = read_mapped(opened->descriptor(), file, content.size());
    const auto tail = seen.part(300'000);
    opened.reset();
    fs::remove(file);
    EXPECT_EQ(seen, content);
    EXPECT_EQ(tail, "end");
}

TEST_F(MappedFile, AnEmptyOneIsNothing) {
    const open_file opened(written(""), O_RDONLY);
    EXPECT_TRUE(mapped(opened.descriptor(), file, 0).empty());
    EXPECT_TRUE(read_mapped(opened.descriptor(), file, 0).empty());
}

TEST_F(MappedFile, WhatIsNotThereIsAnErrorAndNoSignal) {
    const open_file opened(written("short"), O_RDONLY);
    EXPECT_THROW(read_mapped(opened.descriptor(), file, 100'000), std::system_error);
    EXPECT_THROW(mapped(-1, file, 5), std::system_error);
}

} // namespace
} // namespace sealgate::keys
