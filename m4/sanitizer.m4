# --with-sanitizer=LIST adds -fsanitize=LIST to everything, after checking that the compiler can link it.
AC_DEFUN([FLOW_SANITIZER], [
AC_ARG_WITH([sanitizer], [AS_HELP_STRING([--with-sanitizer=LIST],
	[instrument: address,undefined or thread])], [flow_sanitizer=$withval], [flow_sanitizer=no])
AS_IF([test "x$flow_sanitizer" = xyes], [flow_sanitizer=address,undefined])
AS_IF([test "x$flow_sanitizer" != xno], [
	SANITIZER_CFLAGS="-fsanitize=$flow_sanitizer -fno-sanitize-recover=all -fno-omit-frame-pointer"
	flow_saved=$CFLAGS
	CFLAGS="$CFLAGS $SANITIZER_CFLAGS"
	AC_MSG_CHECKING([whether $CC links with -fsanitize=$flow_sanitizer])
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [AC_MSG_RESULT([yes])],
	    [AC_MSG_RESULT([no]); AC_MSG_ERROR([$CC cannot build with -fsanitize=$flow_sanitizer])])
	CFLAGS=$flow_saved
])
AC_SUBST([SANITIZER_CFLAGS])
])
