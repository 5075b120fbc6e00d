select {{ helpers.from_package() }} as n from {{ ref('packaged') }}
