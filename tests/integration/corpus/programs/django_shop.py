"""A Django project in one file, with its admin, sessions and users, and server-side binding: django_shop.py DSN"""

import datetime
import decimal
import sys
from urllib.parse import urlsplit

import django
from django.conf import settings

ADDRESS = urlsplit(sys.argv[1])
CONTRIB = [f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "messages", "postgres", "sessions")]

settings.configure(
    SECRET_KEY="x", DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, INSTALLED_APPS=CONTRIB, USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": ADDRESS.path[1:], "USER": ADDRESS.username,
                           "HOST": ADDRESS.hostname, "PORT": ADDRESS.port, "OPTIONS": {"server_side_binding": True}}},
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
                "django.contrib.messages.middleware.MessageMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
        "context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                               "django.contrib.messages.context_processors.messages"]}}])
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth.models import Group, Permission, User  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.contrib.postgres.aggregates import ArrayAgg, StringAgg  # noqa: E402
from django.contrib.postgres.fields import ArrayField  # noqa: E402
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.paginator import Paginator  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.db.models import (Avg, Case, Count, Exists, F, Max, Min, OuterRef, Prefetch, Q, Subquery, Sum, Value, When,  # noqa: E402
                              Window)
from django.db.models.functions import (Cast, Coalesce, Concat, ExtractYear, Greatest, Length, Lower, Now, Rank,  # noqa: E402
                                        RowNumber, TruncMonth, Upper)
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402


class Author(models.Model):
    name = models.CharField(max_length=50)
    born = models.DateField(null=True, blank=True)

    class Meta:
        app_label = "auth"

    def __str__(self):
        return self.name


class Tag(models.Model):
    name = models.SlugField(unique=True)

    class Meta:
        app_label = "auth"


class Book(models.Model):
    title = models.CharField(max_length=100, db_index=True)
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    tags = models.ManyToManyField(Tag, blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    published = models.DateTimeField(default=timezone.now)
    words = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    details = models.JSONField(default=dict, blank=True)
    in_print = models.BooleanField(default=True)

    class Meta:
        app_label = "auth"


class BookInline(admin.TabularInline):
    model = Book
    extra = 1


@admin.register(Author)
class AuthorAdmin(admin.ModelAdmin):
    inlines = [BookInline]
    search_fields = ["name", "books__title"]


@admin.register(Book)
class BookAdmin(admin.ModelAdmin):
    list_display = ["title", "author", "price", "in_print"]
    list_filter = ["in_print", "published", "author", "tags"]
    list_select_related = ["author"]
    list_editable = ["price"]
    search_fields = ["title", "=author__name"]
    date_hierarchy = "published"
    ordering = ["-published"]


urlpatterns = [path("admin/", admin.site.urls)]


def reads():
    books, authors = Book.objects, Author.objects
    yield books.all()
    yield books.filter(pk=1)
    yield books.filter(title="a", in_print=True).exclude(price__gt=3)
    yield books.filter(title__icontains="a", title__startswith="b", title__iexact="c").order_by("-published", "pk")[:10]
    yield books.filter(title__regex="^a", title__iregex="b$", title__in=["a", "b"], author__name__endswith="c")
    yield books.filter(Q(price__lt=1) | Q(price__gte=9) & ~Q(author__born=None))
    yield books.filter(published__year=2020, published__date=datetime.date(2020, 1, 1), published__range=(timezone.now(), Now()))
    yield books.filter(published__month__gte=2, published__week_day=3, published__hour=4)
    yield books.filter(words__contains=["a"], words__overlap=["b"], words__len=1, words__0="a")
    yield books.filter(details__a__b="c", details__has_key="a", details__contains={"a": 1}, details__n__gt=1)
    yield books.filter(price=F("pk") + 1).annotate(double=F("price") * 2)
    yield books.select_related("author").filter(author__name="a")
    yield books.prefetch_related("tags", Prefetch("author", authors.only("name")))
    yield authors.prefetch_related("books__tags")
    yield authors.annotate(n=Count("books"), total=Sum("books__price")).filter(n__gt=0).order_by("-n")
    yield authors.annotate(n=Count("books", filter=Q(books__in_print=True), distinct=True))
    yield authors.annotate(tags=ArrayAgg("books__tags__name", distinct=True), titles=StringAgg("books__title", ","))
    yield authors.filter(Exists(Book.objects.filter(author=OuterRef("pk"))))
    yield authors.annotate(last=Subquery(Book.objects.filter(author=OuterRef("pk")).order_by("-pk").values("title")[:1]))
    yield books.values("author").annotate(Avg("price"), Max("price"), Min("pk")).order_by("author")
    yield books.values_list("title", flat=True).distinct()
    yield books.order_by("author", "-price").distinct("author")
    yield books.annotate(size=Case(When(price__gt=5, then=Value("big")), default=Value("small")))
    yield books.annotate(r=Window(Rank(), partition_by="author", order_by="-price"), n=Window(RowNumber())).filter(r=1)
    yield books.annotate(x=Concat(Lower("title"), Value(" "), Upper("author__name")), l=Length("title"))
    yield books.annotate(y=ExtractYear("published"), t=TruncMonth("published"), c=Cast("price", models.IntegerField()))
    yield books.annotate(g=Greatest("price", Value(decimal.Decimal(1))), c=Coalesce("price", Value(decimal.Decimal(0))), now=Now())
    yield books.annotate(v=SearchRank(SearchVector("title"), SearchQuery("a"))).filter(v__gt=0)
    yield books.dates("published", "month")
    yield books.datetimes("published", "day")
    yield books.order_by("?")[:1]
    yield books.defer("details").only("title")
    yield books.filter(pk=1).union(books.filter(pk=2)).order_by("pk")
    yield books.filter(author__in=authors.filter(name="a"))
    yield books.filter(tags__name__in=["a"]).exclude(tags=None)
    yield books.extra(select={"n": "1"}, where=["price > %s"], params=[0])
    yield Permission.objects.filter(content_type__app_label="auth").order_by("codename")
    yield User.objects.filter(groups__name="a", is_staff=True)


def write():
    author = Author.objects.create(name="a")
    books = Book.objects.bulk_create([Book(title=f"b{i}", author=author, price=i) for i in range(5)])
    books[0].tags.add(*[Tag.objects.get_or_create(name=name)[0] for name in "xy"])
    books[0].tags.set(Tag.objects.filter(name="x"))
    Book.objects.update_or_create(title="b1", defaults={"price": 9})
    Book.objects.filter(pk=books[2].pk).update(price=F("price") + 1)
    Book.objects.bulk_update(books[:2], ["price"])
    books[3].save()
    books[3].refresh_from_db()
    books[4].delete()
    Tag.objects.all().delete()
    with transaction.atomic():
        list(Book.objects.select_for_update(skip_locked=True).filter(pk=1))
        with transaction.atomic():
            Book.objects.select_related("author").select_for_update(of=("self",)).first()


def use():
    books = Book.objects
    books.count(), books.exists(), books.first(), books.last(), books.latest("published"), books.in_bulk([1, 2])
    books.filter(author__name="a").count(), books.aggregate(Sum("price"), Avg("price"), n=Count("*"))
    books.values("author").annotate(n=Count("*")).aggregate(Max("n"))
    books.filter(pk__lt=9).contains(books.first()), books.get(pk=books.first().pk).author.books.filter(price=1).exists()
    list(Paginator(books.order_by("pk"), 2).page(2))
    list(books.iterator(chunk_size=2))
    list(books.raw("SELECT * FROM auth_book WHERE price > %s", [0]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM auth_book WHERE price > %s", [1])
        connection.introspection.get_table_list(cursor)
        connection.introspection.get_table_description(cursor, "auth_book")
        connection.introspection.get_constraints(cursor, "auth_book")
        connection.introspection.get_relations(cursor, "auth_book")
        connection.introspection.get_sequences(cursor, "auth_book")


def browse():
    User.objects.create_superuser("root", password="root")
    client, book, author = Client(), Book.objects.first(), Author.objects.first()
    assert client.login(username="root", password="root")
    pages = ["", "auth/book/", "auth/book/?q=b&in_print__exact=1&o=1.-2", "auth/book/?published__year=2020", "auth/book/?p=1",
             f"auth/book/?author__id__exact={author.pk}", f"auth/book/{book.pk}/change/", "auth/book/add/", "auth/author/?q=a",
             f"auth/author/{author.pk}/change/", f"auth/author/{author.pk}/delete/", f"auth/book/{book.pk}/history/",
             "auth/user/", "auth/user/?is_staff__exact=1&q=root", f"auth/user/{User.objects.get().pk}/change/", "auth/group/add/"]
    for page in pages:
        assert client.get(f"/admin/{page}").status_code == 200, page
    for page, form in (("auth/group/add/", {"name": "g", "permissions": [1, 2]}),
                       ("auth/book/add/", {"title": "t", "author": author.pk, "price": 1, "published_0": "2020-01-01",
                                           "published_1": "00:00", "details": "{}", "words": ""}),
                       (f"auth/book/{book.pk}/delete/", {"post": "yes"}), ("logout/", {})):
        assert client.post(f"/admin/{page}", form).status_code in (200, 302), page
    user = User.objects.get()
    user.groups.set(Group.objects.all())
    user.has_perm("auth.add_book"), user.get_all_permissions(), User.objects.with_perm("auth.add_book").count()
    ContentType.objects.get_for_models(Book, Author)
    call_command("clearsessions")


call_command("migrate", run_syncdb=True, verbosity=0)
with connection.schema_editor() as editor:
    for model in (Author, Tag, Book):
        editor.create_model(model)
call_command("migrate", verbosity=0)
write()
for query in reads():
    list(query)
use()
browse()
