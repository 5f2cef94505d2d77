# Embeds the message files (src/<floor or module>/vi.json): every file becomes an entry of message_files().
# Run by the build with -DOUT=... -DROOT=...
file(GLOB_RECURSE files ${ROOT}/src/vi.json)
list(SORT files)
set(text "// The embedded message files. Made by cmake/messages.cmake.\n#include \"derive/words.h\"\n\nnamespace fairlead::derive {\nnamespace {\nconstexpr MessageFile files[] = {\n")
foreach(file IN LISTS files)
  file(READ ${file} json)
  get_filename_component(folder ${file} DIRECTORY)
  get_filename_component(module ${folder} NAME)
  string(APPEND text "    {\"${module}\", \"vi\", R\"messages(${json})messages\"},\n")
endforeach()
string(APPEND text "};\n}  // namespace\nstd::span<const MessageFile> message_files() { return files; }\n}  // namespace fairlead::derive\n")
file(WRITE ${OUT} "${text}")
